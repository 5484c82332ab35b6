package parts

import (
	"os"
	"path/filepath"
	"testing"
)

// SocketPath returns a path for a socket, in a new directory that is removed after the test.
// The path of a test's own directory contains the test's name, and can be too long for a
// socket: macOS allows 103 bytes, and half of them are in TMPDIR.
func SocketPath(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "s-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	return filepath.Join(directory, "s")
}
