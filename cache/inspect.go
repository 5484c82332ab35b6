package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Inspection is what Inspect finds in the state directory.
type Inspection struct {
	Exists bool // the directory exists, as far as can be seen
	Hosts  int  // with accounts in readable files
	// Problems are errors that a git command will get. Each names the file and what to
	// do.
	Problems []error
	// Abandoned are files that a killed process left behind. The next change of their
	// host removes them.
	Abandoned []string

	origins map[string]bool // with accounts
}

// abandonedAfter is longer than any change or sign-in takes.
const abandonedAfter = time.Hour

// Inspect checks every file of the state directory, at the given time. It changes
// nothing and decrypts nothing.
func (c *Cache) Inspect(now time.Time) Inspection {
	if err := c.checkNamed(); err != nil {
		return Inspection{Problems: []error{err}}
	}
	info, err := os.Stat(c.Directory)
	if errors.Is(err, fs.ErrNotExist) {
		return Inspection{}
	}
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return Inspection{Problems: []error{fmt.Errorf("state directory: %v", blocked(c.Directory, err))}}
	}
	found := Inspection{Exists: true}
	found.add(checkDirectory(c.Directory))
	files, err := os.ReadDir(c.Directory)
	if !errors.Is(err, fs.ErrPermission) { // which was already reported
		found.add(err)
	}
	for _, file := range files {
		found.look(c.Directory, file, now)
	}
	found.Hosts = len(found.origins)
	found.origins = nil
	return found
}

func (i *Inspection) add(err error) {
	if err != nil {
		i.Problems = append(i.Problems, err)
	}
}

// look checks a file of a directory. A directory inside a directory of passwords for one
// path is not one of these itself.
func (i *Inspection) look(directory string, file fs.DirEntry, now time.Time) {
	path := filepath.Join(directory, file.Name())
	switch filepath.Ext(path) {
	case ".json":
		origin, accounts, err := readListed(path)
		if err != nil {
			i.add(listedFile(path, origin).unreadable(err))
			return
		}
		if len(accounts) > 0 && i.origins == nil {
			i.origins = make(map[string]bool)
		}
		if len(accounts) > 0 {
			i.origins[origin] = true
		}
	case ".paths":
		if filepath.Ext(directory) != ".paths" {
			i.lookInto(path, now)
		}
	case ".key", ".key-id":
		_, err := readPrivate(path)
		i.add(err)
	case ".new":
		if info, err := file.Info(); err == nil && now.Sub(info.ModTime()) > abandonedAfter {
			i.Abandoned = append(i.Abandoned, path)
		}
	}
}

// lookInto checks a directory of passwords for one path.
func (i *Inspection) lookInto(directory string, now time.Time) {
	if _, err := isRealDirectory(directory); err != nil {
		i.add(err)
		return
	}
	i.add(checkDirectory(directory))
	files, err := os.ReadDir(directory)
	if !errors.Is(err, fs.ErrPermission) { // which was already reported
		i.add(err)
	}
	for _, file := range files {
		i.look(directory, file, now)
	}
}

// trialSize is more than the accounts of most users need, in bytes.
const trialSize = 64 << 10

// TryWrite writes a file where accounts are stored, or where the state directory would
// be created, and removes it again. It fails if a sign-in could not be stored: no
// permission, a full disk, a read-only file system.
func (c *Cache) TryWrite() error {
	if err := c.checkNamed(); err != nil {
		return err
	}
	directory, _ := firstExisting(c.Directory)
	trial, err := os.CreateTemp(directory, "git-credential-doorkey-*.trial")
	if err != nil {
		return fmt.Errorf("cannot write: %v", blocked(c.Directory, err))
	}
	trial.Close()
	defer os.Remove(trial.Name())
	room, err := reserveRoom(trial.Name(), trialSize)
	if err == nil {
		room.release()
	}
	return err
}

// TryKeyFile loads the data key from its file as a sign-in does, under the same lock. It
// is not an error if there is none: a sign-in creates one.
func (c *Cache) TryKeyFile(ctx context.Context) error {
	err := c.tryLock(ctx, filepath.Join(c.Directory, "key.lock"))
	if err == nil {
		_, err = c.currentKey(ctx, InFile)
	}
	if errors.Is(err, ErrKeyGone) {
		return nil
	}
	return err
}

// TryLock takes the origin's lock as a refresh does, and releases it.
func (c *Cache) TryLock(ctx context.Context, origin string) error {
	return c.tryLock(ctx, c.path(origin, ".lock"))
}

// trialLockTimeout is how long to wait for a lock when only checking it.
const trialLockTimeout = 2 * time.Second

// tryLock does not create the state directory. It does not fail if another process holds
// the lock.
func (c *Cache) tryLock(ctx context.Context, path string) error {
	if _, err := os.Lstat(c.Directory); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, trialLockTimeout)
	defer cancel()
	unlock, err := c.lockFile(ctx, path, nil)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if err == nil {
		unlock()
	}
	return err
}
