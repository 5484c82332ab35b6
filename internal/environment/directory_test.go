package environment

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestForeignDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	got := ForeignDirectory()
	if !filepath.IsAbs(got) || filepath.Dir(got) != got {
		t.Errorf("got %q, which is no root", got)
	}
}

func TestForForeignDirectory(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	elsewhere := filepath.Join(filepath.VolumeName(here)+string(filepath.Separator), "certificates")
	list := string(filepath.ListSeparator)
	for _, row := range []struct{ name, variable, want string }{
		{"a file in this directory", "SSL_CERT_FILE=ca.pem", "SSL_CERT_FILE=" + filepath.Join(here, "ca.pem")},
		{"a file elsewhere", "SSL_CERT_FILE=" + elsewhere, "SSL_CERT_FILE=" + elsewhere},
		{"directories", "SSL_CERT_DIR=" + elsewhere + list + "certs", "SSL_CERT_DIR=" + elsewhere + list + filepath.Join(here, "certs")},
		{"nothing", "SSL_CERT_FILE=", "SSL_CERT_FILE="},
		{"another variable", "GIT_DIR=.git", "GIT_DIR=.git"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := ForForeignDirectory([]string{row.variable}); !slices.Equal(got, []string{row.want}) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
