//go:build !windows

package forward

import (
	"strings"
	"testing"
)

func TestParent(t *testing.T) {
	for _, row := range []struct{ name, temporary, want string }{
		{"Linux", "/tmp", "/tmp"},
		{"macOS: a directory for each user", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T"},
		{"the longest that works", "/" + strings.Repeat("x", 77), "/" + strings.Repeat("x", 77)},
		{"one byte longer", "/" + strings.Repeat("x", 78), "/tmp"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("TMPDIR", row.temporary)
			if got := parent(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestListenInLongDirectory: a script or a build tool may set a long TMPDIR.
func TestListenInLongDirectory(t *testing.T) {
	t.Setenv("TMPDIR", "/"+strings.Repeat("x", 100))
	_, stop, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	stop()
}
