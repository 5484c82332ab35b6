package cache

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// The modes of what the cache creates; on Windows, an access list does this. They are
// set at creation, never later, so that there is no moment at which others can read it.
const (
	privateFile      fs.FileMode = 0o600
	privateDirectory fs.FileMode = 0o700
)

// largestFile is the largest file that is read, in bytes: enough for thousands of
// accounts, and a limit for one that someone else filled.
const largestFile = 64 << 20

// makePrivateDirectory creates the directory for its owner only. An existing one must be
// private, too.
func makePrivateDirectory(path string) error {
	if err := makeDirectory(path); err != nil {
		return fmt.Errorf("state directory: %v", blocked(path, err))
	}
	return checkDirectory(path)
}

// checkDirectory rejects a directory that others can read or change, and anything that
// is not a directory.
func checkDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("state directory: %v", blocked(path, err))
	}
	defer directory.Close()
	info, err := directory.Stat()
	if err == nil && !info.IsDir() { // on Windows; elsewhere, creating it would have failed
		err = syscall.ENOTDIR
	}
	if err != nil {
		return fmt.Errorf("state directory: %v", blocked(path, err))
	}
	if err := checkPrivate(directory, info); err != nil {
		return untrusted(fmt.Sprintf(`state directory "%s"`, path), path, err)
	}
	return nil
}

// readPrivate returns the content of a file that only its owner can read and
// change; fs.ErrNotExist if there is none.
func readPrivate(path string) ([]byte, error) {
	file, err := openNoFollow(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, blocked(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf(`"%s" is not a regular file; move it away`, path)
	}
	if err := checkPrivate(file, info); err != nil {
		if errors.Is(err, errNotPrivate) {
			err = fmt.Errorf("%w\nif someone may have read the tokens in it, revoke them on the server", err)
		}
		return nil, untrusted(fmt.Sprintf(`"%s"`, path), path, err)
	}
	content, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err == nil && len(content) > largestFile {
		err = fmt.Errorf(`"%s" is larger than %d bytes; move it away`, path, largestFile)
	}
	return content, err
}

// openToWrite opens a file for its owner only, and creates it if necessary. It rejects a
// file that another user may have put there while the directory was open to others: that
// user could read what is written, or it would overwrite another file of the owner. It
// also returns the size of the file's content.
func openToWrite(path string) (*os.File, int64, error) {
	file, err := openOwn(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil || hasOtherNames(info) {
		file.Close()
		return nil, 0, fmt.Errorf(`"%s" is a hard link to another file; move it away`, path)
	}
	return file, info.Size(), nil
}

// openOwn opens or creates a file, and rejects one that doorkey did not create: one that
// is not regular, or not private.
func openOwn(path string) (*os.File, error) {
	file, err := openNoFollow(path, os.O_WRONLY|os.O_CREATE)
	if err != nil {
		return nil, fmt.Errorf("cannot write: %v", blocked(path, err))
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf(`"%s" is not a regular file; move it away`, path)
	default:
		if err = checkPrivate(file, info); err != nil {
			err = untrusted(fmt.Sprintf(`"%s"`, path), path, err)
		}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// writePrivate replaces a file in one step: a reader finds the old content or the new,
// even after a crash. The caller holds the lock of the file, so the name of the
// temporary file need not be random.
func writePrivate(path string, content []byte) error {
	between, err := openRoom(path + ".new")
	if err != nil {
		return err
	}
	if err := between.become(path, content); err != nil {
		between.discard()
		return err
	}
	return nil
}

// removePrivate removes a file in one step, and permanently even after a crash. A
// process that has it open can continue to read. The caller holds the lock of the file.
func removePrivate(path string) error {
	if err := removeFile(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf(`cannot remove "%s": %v`, path, err)
	}
	syncDirectory(filepath.Dir(path))
	return nil
}
