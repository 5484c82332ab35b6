package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"git-credential-doorkey/internal/gitconfig"
)

// newFileMode is git's for a configuration file that it makes; the umask narrows it.
const newFileMode = 0o666

// apply brings an edit to the disk and gives the chain of helpers after it; in a dry run only the latter.
func (t target) apply(ctx context.Context, edited edit) ([]gitconfig.Entry, error) {
	if !edited.changes(t) {
		return t.chain, nil
	}
	if t.options.DryRun {
		return t.predict(edited), nil
	}
	if err := t.replace(ctx, edited); err != nil {
		return nil, err
	}
	chain, err := gitconfig.Entries(ctx, t.options.Directory, t.options.Environment, helperKeys)
	if err != nil {
		return nil, fmt.Errorf("\"%s\" is changed, but git cannot read its configuration now: %w", t.file, err)
	}
	return chain, nil
}

// replace follows git's own protocol: the new content is written into "<file>.lock", which only one process can
// create, and takes the file's place when it is complete. On failure the lock goes and the file is as it was.
func (t target) replace(ctx context.Context, edited edit) error {
	lock := t.file + ".lock"
	handle, err := t.takeLock(lock)
	if err != nil {
		return err
	}
	err = t.commit(ctx, handle, edited)
	if err != nil || edited.remove {
		handle.Close()
		os.Remove(lock)
	}
	return err
}

// takeLock creates the lock file, at no time readable by more people than the file itself.
func (t target) takeLock(lock string) (*os.File, error) {
	mode := t.mode
	if !t.exists {
		mode = newFileMode
	}
	handle, err := os.OpenFile(lock, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, lockError(t.options.Scope, t.file, lock, err)
	}
	return handle, nil
}

func lockError(scope gitconfig.Scope, file, lock string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("\"%s\" exists: another git process is changing \"%s\", or one left it behind: wait, or delete it if no git runs", lock, file)
	case errors.Is(err, fs.ErrPermission) && scope == gitconfig.System:
		return fmt.Errorf("\"%s\" may only be changed by an administrator: run this as one (sudo, or an elevated prompt), or choose --global", file)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("\"%s\" may not be written, which changing \"%s\" needs: check who owns the folder", filepath.Dir(file), file)
	}
	return fmt.Errorf("\"%s\" cannot be changed: %v", file, err)
}

// commit fills the lock file, lets git read it, and moves it into place; or it removes the file.
func (t target) commit(ctx context.Context, lock *os.File, edited edit) error {
	if err := t.stillTheSame(); err != nil {
		return err
	}
	if edited.remove {
		return os.Remove(t.file)
	}
	if err := t.fill(lock, edited.data); err != nil {
		return fmt.Errorf("\"%s\" cannot be written: %v", lock.Name(), err)
	}
	if err := t.check(ctx, lock.Name(), edited); err != nil {
		return err
	}
	return os.Rename(lock.Name(), t.file)
}

// stillTheSame compares, now that nobody else may change the file, with what the edit was made from.
func (t target) stillTheSame() error {
	now := target{file: t.file}
	if err := now.read(); err != nil {
		return err
	}
	if now.exists != t.exists || !bytes.Equal(now.data, t.data) {
		return fmt.Errorf("\"%s\" was changed by another program just now: run this again", t.file)
	}
	return nil
}

func (t target) fill(lock *os.File, data []byte) error {
	if t.exists {
		// The umask has narrowed the mode at creation; git, too, gives the file its old one back.
		if err := lock.Chmod(t.mode); err != nil {
			return err
		}
	}
	if _, err := lock.Write(data); err != nil {
		return err
	}
	if err := lock.Sync(); err != nil {
		return err
	}
	return lock.Close()
}

// check lets git read the new file: the blocks must be as meant, and every other setting what it was, in the same order.
func (t target) check(ctx context.Context, lock string, edited edit) error {
	entries, err := gitconfig.FileEntries(ctx, t.options.Environment, lock)
	if err != nil {
		return err
	}
	helpers, wanted := t.helpers(), -len(t.blocks)
	if edited.helper != "" {
		helpers, wanted = append(helpers, edited.helper), wanted+1
	}
	before, had := withoutPairs(t.entries, t.section.key(), helpers)
	after, has := withoutPairs(entries, t.section.key(), helpers)
	same := func(a, b gitconfig.Entry) bool { return a.Key == b.Key && a.Value == b.Value }
	if has != had+wanted || !slices.EqualFunc(before, after, same) {
		return fmt.Errorf("git would read other settings in \"%s\" than it should, so nothing was changed: edit the file with an editor", t.file)
	}
	return nil
}
