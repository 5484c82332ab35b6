package parts

import (
	"path/filepath"
	"testing"
)

// Directory returns a new directory for a test, as t.TempDir does, by the path that git and
// doorkey print. On macOS, TMPDIR is below a link (/var). On Windows, it may be a short name
// (RUNNER~1).
func Directory(t testing.TB) string {
	t.Helper()
	directory, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return directory
}
