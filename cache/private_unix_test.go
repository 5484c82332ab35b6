//go:build !windows

package cache

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// openToOthers lets every user read a file or directory.
func openToOthers(path string) error { return os.Chmod(path, 0o755) }

// systemDamages are further damages that are possible on this system.
func systemDamages() []damage {
	return []damage{
		{"a FIFO", func(path string) error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) }, "not a regular file"},
		{"a symbolic link", func(path string) error {
			return errors.Join(os.Rename(path, path+".moved"), os.Symlink(path+".moved", path))
		}, "symbolic link"},
	}
}

// systemObstacles are further obstacles that are possible on this system.
func systemObstacles() []obstacle {
	return []obstacle{{"a link to what is not", "local/state", func(path string) error { return os.Symlink("none", path) }}}
}

// directoryInOurs makes a directory inside a directory of this user.
func directoryInOurs(t *testing.T) string { return t.TempDir() }
