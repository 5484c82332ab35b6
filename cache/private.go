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

// The modes of what the cache makes; on Windows an access list stands for them.
// They are set when it is made, never after, so that there is no moment at which
// others can read it.
const (
	privateFile      fs.FileMode = 0o600
	privateDirectory fs.FileMode = 0o700
)

// largestFile is the largest file that is read, in bytes: room for thousands
// of accounts, and an end to one that somebody filled.
const largestFile = 64 << 20

// makePrivateDirectory makes the directory for its owner alone. One that is
// there already must be so too.
func makePrivateDirectory(path string) error {
	if err := makeDirectory(path); err != nil {
		return fmt.Errorf("state directory: %v", blocked(path, err))
	}
	return checkDirectory(path)
}

// checkDirectory refuses a directory that others can read or change, and what is none.
func checkDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("state directory: %v", blocked(path, err))
	}
	defer directory.Close()
	info, err := directory.Stat()
	if err == nil && !info.IsDir() { // on Windows: elsewhere none could be made
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

// openToWrite opens a file for its owner alone, and makes it if need be. What
// somebody else may have put there while the directory was open to others is
// refused: what is written through it would be theirs to read, or would land in
// another file of the person's. It also returns the size of what is in the file.
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

// openOwn opens a file, or makes it, and refuses what doorkey has not made: one
// that is not regular, or not private.
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

// writePrivate replaces a file in one step: whoever reads it finds the old
// content or the new, after a crash too. The caller holds the lock that the
// file belongs to, so the name of the file in between needs no chance in it.
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

// removePrivate removes a file in one step, for good also after a crash. Whoever
// has it open reads on. The caller holds the lock that the file belongs to.
func removePrivate(path string) error {
	if err := removeFile(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf(`cannot remove "%s": %v`, path, err)
	}
	syncDirectory(filepath.Dir(path))
	return nil
}
