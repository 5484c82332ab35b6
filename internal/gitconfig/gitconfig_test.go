package gitconfig

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestMain(m *testing.M) {
	if real := os.Getenv(realGit); real != "" {
		os.Exit(oldGit(real, os.Args[1:]))
	}
	parts.Undisturbed()
	os.Exit(m.Run())
}

// write makes an empty HOME with the given .gitconfig, and a repository with the given
// configuration as the current directory.
func write(t *testing.T, global, repository string) {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, ".config"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": filepath.Join(home, ".gitconfig"),
	} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	if output, err := exec.Command("git", "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, output)
	}
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(global), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(".git/config", []byte(repository), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestExpandPath(t *testing.T) {
	write(t, "", "")
	for path, want := range map[string]string{
		"": "", "ca.pem": "ca.pem", "~/ca.pem": filepath.Join(os.Getenv("HOME"), "ca.pem"),
	} {
		if got, err := ExpandPath(t.Context(), path); err != nil || filepath.ToSlash(got) != filepath.ToSlash(want) {
			t.Errorf("%q: got %q, %v, want %q", path, got, err, want)
		}
	}
	if got, err := ExpandPath(t.Context(), "~nobody-of-this-name/ca.pem"); err == nil {
		t.Errorf("got %q for a user who is not there", got)
	}
}

func TestNeedsGit(t *testing.T) {
	for _, row := range []struct {
		name, path, system string
		want               bool
	}{
		{"nothing", "", "windows", false},
		{"a home", "~/ca.pem", "linux", true},
		{"another's home", "~ada/ca.pem", "linux", true},
		{"where git is installed", "%(prefix)/ca.pem", "linux", true},
		{"a path", "/etc/ca.pem", "linux", false},
		{"a relative path", "ca.pem", "windows", false},
		{"a drive", "C:/ca.pem", "windows", false},
		{"where Git for Windows is installed, as it was written", "/mingw64/ssl/certs/ca-bundle.crt", "windows", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := needsGit(row.path, row.system); got != row.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestFill(t *testing.T) {
	const question = "protocol=http\nhost=proxy.example:3128\nusername=ada\n\n"
	t.Run("by a helper", func(t *testing.T) {
		write(t, "[credential]\n\thelper = \"!echo password=hush; :\"\n", "")
		got, err := Fill(t.Context(), question)
		if want := "protocol=http\nhost=proxy.example:3128\nusername=ada\npassword=hush\n"; err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	})
	t.Run("by nobody else", func(t *testing.T) {
		write(t, "[core]\n\taskPass = echo askpass\n", "[credential]\n\thelper = \"!echo password=evil; :\"\n")
		t.Setenv("SSH_ASKPASS", "echo askpass")
		if got, err := Fill(t.Context(), question); !errors.Is(err, ErrNoCredential) {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("by a helper that says why not", func(t *testing.T) {
		for _, helper := range []string{"echo quit=1", "true"} {
			write(t, "[credential]\n\thelper = \"!echo 'doorkey: the keyring is locked' >&2; echo 'hint: unlock it' >&2; "+helper+"; :\"\n", "")
			if got, err := Fill(t.Context(), question); err == nil || err.Error() != "doorkey: the keyring is locked" {
				t.Errorf("%s: got %q, %v", helper, got, err)
			}
		}
	})
}

func TestAddress(t *testing.T) {
	const rewriting = "[url \"git@gitlab.example.com:\"]\n\tinsteadOf = https://gitlab.example.com/\n"
	for _, row := range []struct{ name, repository, given, want string }{
		{"no remote", "", "", ""},
		{"the repository's remote", "[remote \"origin\"]\n\turl = https://gitlab.example.com/a.git\n", "", "https://gitlab.example.com/a.git"},
		{"the remote, rewritten", rewriting + "[remote \"origin\"]\n\turl = https://gitlab.example.com/a.git\n", "", "git@gitlab.example.com:a.git"},
		{"a URL", "", "https://gitlab.example.com/a.git", "https://gitlab.example.com/a.git"},
		{"a URL, rewritten", rewriting, "https://gitlab.example.com/a.git", "git@gitlab.example.com:a.git"},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, "", row.repository)
			if got, err := Address(t.Context(), row.given); err != nil || got != row.want {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}
