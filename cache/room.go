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

// room is the temporary file that a change writes and then renames. A reserved one is
// already open and has more bytes than the change needs, which are overwritten: so
// neither a full disk nor a failed open can occur at that point.
type room struct {
	path     string
	file     *os.File // nil while it is closed
	size     int64    // of the file's content, in bytes
	complete bool     // the file has the complete new content, which must not be lost
	synced   []byte   // the content, after it is safe
	unsynced bool     // a crash may lose both the new and the old content
}

// openRoom opens or creates the temporary file.
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

// reserveRoom creates a room of a size in bytes.
func reserveRoom(path string, size int64) (*room, error) {
	r, err := openRoom(path)
	if err != nil {
		return nil, err
	}
	// Neither a hole nor zeros, which some file systems compress: they use no space.
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

// become overwrites the room with the content and renames it to path. It can be called
// again after an error. A complete room may then still become the file: takeFinished
// does that if this process cannot.
func (r *room) become(path string, content []byte) error {
	if !bytes.Equal(r.synced, content) {
		if err := r.fill(content); err != nil {
			return fmt.Errorf(`cannot write "%s": %v`, path, err)
		}
	}
	return r.rename(path)
}

// rename replaces the file with a complete room.
func (r *room) rename(path string) error {
	if err := replaceFile(r.path, path); err != nil {
		return fmt.Errorf(`cannot write "%s": %v`, path, err)
	}
	if !r.unsynced {
		syncDirectory(filepath.Dir(path))
	}
	return nil
}

// fill completes the room and closes it.
func (r *room) fill(content []byte) error {
	if !r.isInPlace() {
		r.file.Close()
		if err := errors.Join(makePrivateDirectory(filepath.Dir(r.path)), r.open()); err != nil {
			return err
		}
	}
	err := r.write(content)
	if errors.Is(err, syscall.ENOSPC) {
		// A copy-on-write file system needs space even for bytes that are overwritten.
		// There is some as soon as the reserve is freed.
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
	// If the padding cannot be cut off, it does no harm.
	_ = r.file.Truncate(int64(len(content)))
	return nil
}

// write overwrites the whole file, with line feeds after the content: every reader skips
// them, even an older doorkey.
func (r *room) write(content []byte) error {
	r.complete = false
	padding := bytes.Repeat([]byte{'\n'}, int(max(0, r.size-int64(len(content)))))
	padded := slices.Concat(content, padding)
	_, err := r.file.WriteAt(padded, 0)
	r.size = max(r.size, int64(len(padded)))
	return err
}

// isInPlace reports whether the room is open and its name still leads to it: the state
// directory may have been deleted meanwhile.
func (r *room) isInPlace() bool {
	opened, err := r.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(r.path)
	return err == nil && os.SameFile(opened, there)
}

// moveTo renames the room. If that fails, become creates it again there.
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

// release frees the space, unless it contains a change that has to be completed.
func (r *room) release() {
	if r.complete {
		r.file.Close()
		return
	}
	r.discard()
}
