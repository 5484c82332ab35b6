package install

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"

	"git-credential-doorkey/internal/gitconfig"
)

// apply writes an edit to disk and returns the chain of helpers after it; in a dry run it only returns the chain.
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
		return nil, fmt.Errorf(`changed "%s", but now git cannot read its configuration: %v`, t.file, err)
	}
	return chain, nil
}

// replace follows git's own protocol: the new content is written to "<file>.lock", which only one process can create,
// and replaces the file when it is complete. After a failure the lock is removed and the file is unchanged.
func (t target) replace(ctx context.Context, edited edit) error {
	handle, err := t.takeLock()
	if err != nil {
		return err
	}
	err = t.commit(ctx, handle, edited)
	if err != nil || edited.remove {
		handle.Close()
		os.Remove(handle.Name())
	}
	return err
}

// takeLock creates the lock file, which at no time more users can read than the file
// itself.
func (t target) takeLock() (*os.File, error) {
	mode := t.mode
	if !t.exists {
		mode = gitconfig.NewFileMode
	}
	return gitconfig.TakeLock(t.options.Scope, t.file, mode)
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
		return fmt.Errorf(`cannot write "%s": %v`, lock.Name(), err)
	}
	if err := t.check(ctx, lock.Name(), edited); err != nil {
		return err
	}
	return os.Rename(lock.Name(), t.file)
}

// stillTheSame compares the file, which nobody else may change now, with what the edit was made from.
func (t target) stillTheSame() error {
	now := target{file: t.file}
	if err := now.read(); err != nil {
		return err
	}
	if now.exists != t.exists || !bytes.Equal(now.data, t.data) {
		return fmt.Errorf(`another program just changed "%s"; run this again`, t.file)
	}
	return nil
}

func (t target) fill(lock *os.File, data []byte) error {
	if t.exists {
		// The umask narrowed the mode at creation; like git, restore the mode of the old
		// file.
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

// check lets git read the new file: the blocks must be as intended, and every other setting unchanged, in the same
// order.
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
		return fmt.Errorf(`nothing was changed: after the change, git would read wrong settings in "%s"; edit the file with an editor`, t.file)
	}
	return nil
}
