//go:build !windows

package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// makeDirectory creates a directory and its parents, for their owner only.
func makeDirectory(path string) error { return os.MkdirAll(path, privateDirectory) }

// openNoFollow opens a file, but not the target of a symbolic link, and does not wait on
// a FIFO.
func openNoFollow(path string, flag int) (*os.File, error) {
	file, err := os.OpenFile(path, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, privateFile)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) { // the second one is for FreeBSD
		return nil, fmt.Errorf(`"%s" is a symbolic link, which doorkey does not follow; move it away, or replace it with the file`, path)
	}
	return file, err
}

// checkPrivate rejects what another user owns or can read or change.
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

// syncDirectory makes a rename or a removal survive a power loss, if the file system
// can: some network and FUSE file systems cannot. The change has already happened, so a
// failure does not make it fail.
func syncDirectory(path string) {
	if directory, err := os.Open(path); err == nil {
		defer directory.Close()
		_ = directory.Sync()
	}
}
