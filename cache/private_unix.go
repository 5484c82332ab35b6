//go:build !windows

package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// makeDirectory makes a directory and those above it, for their owner alone.
func makeDirectory(path string) error { return os.MkdirAll(path, privateDirectory) }

// openNoFollow opens a file, never what a symbolic link points to, and does
// not wait on a FIFO.
func openNoFollow(path string, flag int) (*os.File, error) {
	file, err := os.OpenFile(path, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, privateFile)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) { // the second is FreeBSD's
		return nil, fmt.Errorf(`"%s" is a symbolic link, which doorkey does not follow; move it away, or replace it with the file`, path)
	}
	return file, err
}

// checkPrivate refuses what another user owns or may read or change.
func checkPrivate(_ *os.File, info fs.FileInfo) error {
	if whose, known := ownerOf("", info); known && !whose.isOurs() {
		return foreignError{whose}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return errNotPrivate
	}
	return nil
}

// replaceFile renames a file over another one, which may be open.
func replaceFile(from, to string) error { return os.Rename(from, to) }

// removeFile removes a file, which may be open.
func removeFile(path string) error { return os.Remove(path) }

// syncDirectory makes a rename or a removal last through a power loss, where the
// file system can: some on a network or in user space cannot. The change has
// happened by then, so that a failure is none of the change.
func syncDirectory(path string) {
	if directory, err := os.Open(path); err == nil {
		defer directory.Close()
		_ = directory.Sync()
	}
}
