package forward

import (
	"strings"
	"testing"
)

func TestParentOf(t *testing.T) {
	for _, row := range []struct{ name, temporary, system, want string }{
		{"Linux", "/tmp", "linux", "/tmp"},
		{"macOS: a directory for each user", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T", "darwin", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T"},
		{"the longest that works", "/" + strings.Repeat("x", 77), "darwin", "/" + strings.Repeat("x", 77)},
		{"one byte longer", "/" + strings.Repeat("x", 78), "darwin", "/tmp"},
		{"Windows has no /tmp", `C:\` + strings.Repeat("x", 100), "windows", `C:\` + strings.Repeat("x", 100)},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := parentOf(row.temporary, row.system); got != row.want {
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
