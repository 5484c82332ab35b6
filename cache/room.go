package cache

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// room is the file in between that a change writes and then renames. One that was
// reserved is open already and has more bytes in it than the change needs, which
// are written over: so neither a full disk nor a failing open is met by then.
type room struct {
	path     string
	file     *os.File // nil while it is closed
	size     int64    // of what is in the file, in bytes
	complete bool     // the file has all of the new content, which must not be lost
	synced   []byte   // the content, once it is safe
	unsynced bool     // a crash may lose the content, and the old one as well
}

// openRoom opens the file in between, or makes it.
func openRoom(path string) (*room, error) {
	r := &room{path: path}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *room) open() (err error) {
	r.file, r.size, err = openToWrite(r.path)
	return err
}

// reserveRoom makes a room of a size in bytes.
func reserveRoom(path string, size int64) (*room, error) {
	r, err := openRoom(path)
	if err != nil {
		return nil, err
	}
	// Neither a hole nor zeros, which some file systems compress: they take no room.
	content := make([]byte, size)
	rand.Read(content)
	if err = r.write(content); err == nil {
		err = r.file.Sync()
	}
	if err != nil {
		r.discard()
		return nil, fmt.Errorf(`cannot write "%s": %v`, path, err)
	}
	return r, nil
}

// become writes the content over the room and renames that to path. It can be
// called again after an error. A room that is complete then may still become the
// file: takeFinished does that, if this process does not get to it.
func (r *room) become(path string, content []byte) error {
	if !bytes.Equal(r.synced, content) {
		if err := r.fill(content); err != nil {
			return fmt.Errorf(`cannot write "%s": %v`, path, err)
		}
	}
	return r.rename(path)
}

// rename puts a complete room into the place of the file.
func (r *room) rename(path string) error {
	if err := replaceFile(r.path, path); err != nil {
		return fmt.Errorf(`cannot write "%s": %v`, path, err)
	}
	if !r.unsynced {
		syncDirectory(filepath.Dir(path))
	}
	return nil
}

// fill makes the room complete, and closes it.
func (r *room) fill(content []byte) error {
	if !r.isInPlace() {
		r.file.Close()
		if err := errors.Join(makePrivateDirectory(filepath.Dir(r.path)), r.open()); err != nil {
			return err
		}
	}
	err := r.write(content)
	if errors.Is(err, syscall.ENOSPC) {
		// A file system that copies on write wants room for what is written over,
		// too. Without the reserve there is some, as soon as it is given back.
		r.discard()
		return err
	}
	defer r.file.Close()
	if err != nil {
		return err
	}
	r.complete = true
	if !r.unsynced {
		if err := r.file.Sync(); err != nil {
			return err
		}
	}
	r.synced = content
	// The padding does no harm where it cannot be cut off.
	_ = r.file.Truncate(int64(len(content)))
	return nil
}

// write writes over all that is in the file, with line feeds behind the content:
// every reader, also an older doorkey, skips them.
func (r *room) write(content []byte) error {
	r.complete = false
	padding := bytes.Repeat([]byte{'\n'}, int(max(0, r.size-int64(len(content)))))
	padded := slices.Concat(content, padding)
	_, err := r.file.WriteAt(padded, 0)
	r.size = max(r.size, int64(len(padded)))
	return err
}

// isInPlace reports whether the room is open and still what its name leads to: the
// state directory may have been deleted meanwhile.
func (r *room) isInPlace() bool {
	opened, err := r.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(r.path)
	return err == nil && os.SameFile(opened, there)
}

// moveTo gives the room another name. Where that fails, become makes it anew there.
func (r *room) moveTo(path string) {
	if r.isInPlace() && replaceFile(r.path, path) != nil {
		r.discard()
	}
	r.path = path
}

// discard removes the room.
func (r *room) discard() {
	r.file.Close()
	os.Remove(r.path)
}

// release gives the room back, unless a change is in it that has to be finished.
func (r *room) release() {
	if r.complete {
		r.file.Close()
		return
	}
	r.discard()
}
