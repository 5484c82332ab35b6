package cache

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Accounts reads the origin's accounts except those for only one path, and only once:
// nobody else changes them meanwhile.
func (l *Locked) Accounts() ([]Account, error) {
	if l.known == nil {
		known, err := l.cache.file(l.origin).readContents()
		if err != nil {
			return nil, err
		}
		l.known = &known
	}
	return slices.Clone(l.known.accounts), nil
}

// Find returns the account that now has the position of one that was read before.
func (l *Locked) Find(account Account) (found Account, isThere bool, err error) {
	accounts, err := l.Accounts()
	if err != nil {
		return Account{}, false, err
	}
	if account.isOfPath() {
		ofPath, err := l.cache.readPath(l.origin, account.Path)
		if err != nil {
			return Account{}, false, err
		}
		accounts = merge(accounts, ofPath)
	}
	if i := slices.IndexFunc(accounts, account.Same); i >= 0 {
		return accounts[i], true, nil
	}
	return Account{}, false, nil
}

// Reserve makes sure that the next Put can be written and reserves the space for it, so
// that a full disk or a read-only directory is noticed before a single-use refresh token
// or code is used up. It also gets the data key for that place, so that Put no longer
// depends on the keyring. Put then only has to write, sync and rename.
func (l *Locked) Reserve(ctx context.Context, place KeyPlace) (err error) {
	if _, err := l.Accounts(); err != nil {
		return err
	}
	_ = l.moveOut() // accounts that cannot be moved stay where they are
	l.reserved, err = l.cache.reserve(ctx, l.origin, ".json.new", place)
	return err
}

// Put encrypts an account and stores it in place of those that it replaces, first in the
// list. It returns the account as Accounts will. After Reserve, failed operations are
// repeated for some seconds.
func (l *Locked) Put(ctx context.Context, place KeyPlace, account Account, secrets Secrets) (Account, error) {
	key, isReserved := l.reserved.key, l.reserved.place == place
	if !isReserved {
		var err error
		if key, err = l.cache.sealingKey(ctx, place); err != nil {
			return Account{}, err
		}
	}
	sealed, err := seal(key, l.origin, account, secrets)
	if err != nil {
		return Account{}, err
	}
	put := func() error { return l.put(sealed) }
	if !isReserved {
		_ = l.moveOut()
		return sealed, put()
	}
	return sealed, patiently(ctx, func() error {
		if err := l.cache.saveAgain(ctx, key); err != nil {
			return err
		}
		return put()
	})
}

// storeRetryTime is how long a failed operation is repeated if the data to store came
// from a token or a code that is used up: nothing limits the time of the process that
// has it.
const storeRetryTime = 10 * time.Second

func patiently(ctx context.Context, do func() error) error {
	end := time.Now().Add(storeRetryTime)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := do()
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(pause)
	}
}

// put is Put for an account that is already encrypted. A password without a path is for
// every path.
func (l *Locked) put(account Account) error {
	edit := func(accounts []Account) []Account {
		return append([]Account{account}, without(accounts, account.replaces)...)
	}
	if account.isOfPath() {
		if _, err := l.Accounts(); err != nil { // a get also reads that file
			return err
		}
		if err := l.cache.makePathsDirectory(l.origin); err != nil {
			return err
		}
		return l.changePath(l.cache.pathFile(l.origin, account.Path), edit)
	}
	if err := l.change(edit); err != nil || account.IsGrant() {
		return err
	}
	files, err := l.cache.pathFiles(l.origin)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := l.forgetIn(file, account.replaces); err != nil {
			return err
		}
	}
	return nil
}

// Forget removes accounts that were read before. A file without accounts is removed,
// too, and with the last account of the origin its notes: nothing is stored there any
// more, and a user who removed everything may be asked again at once.
func (l *Locked) Forget(forgotten ...Account) error {
	_ = l.moveOut()
	positions, files := make(map[position]bool), make(map[accountFile]bool)
	for _, account := range forgotten {
		positions[account.position()] = true
		if account.isOfPath() {
			files[l.cache.pathFile(l.origin, account.Path)] = true
		}
	}
	matches := func(account Account) bool { return positions[account.position()] }
	accounts, err := l.Accounts()
	if err != nil {
		return err
	}
	if len(accounts) == 0 || slices.ContainsFunc(accounts, matches) {
		err = l.change(func(accounts []Account) []Account { return without(accounts, matches) })
	}
	for file := range files {
		if err == nil {
			err = l.forgetIn(file, matches)
		}
	}
	if err == nil && len(l.known.accounts) == 0 && !isThere(l.cache.pathsDirectory(l.origin)) {
		_ = l.cache.changeNotes(l.origin, func(n *notes) { *n = notes{} })
	}
	return err
}

// moveOut moves passwords for one path, which an older doorkey stores in the origin's
// file, to their own files. They are in both until all are moved; those that are in both
// are moved again.
func (l *Locked) moveOut() error {
	accounts, err := l.Accounts()
	if err != nil || !slices.ContainsFunc(accounts, Account.isOfPath) {
		return err
	}
	if err := l.cache.makePathsDirectory(l.origin); err != nil {
		return err
	}
	moved := make(map[accountFile][]Account)
	for _, account := range accounts {
		if account.isOfPath() {
			file := l.cache.pathFile(l.origin, account.Path)
			moved[file] = append(moved[file], account)
		}
	}
	for file, accounts := range moved {
		if err := l.changePath(file, func(there []Account) []Account { return merge(accounts, there) }); err != nil {
			return err
		}
	}
	return l.change(func(accounts []Account) []Account { return without(accounts, Account.isOfPath) })
}

// forgetIn removes the matching accounts from the file of a path.
func (l *Locked) forgetIn(file accountFile, matches func(Account) bool) error {
	if err := file.takeFinished(); err != nil {
		return err
	}
	_, accounts, err := file.read()
	if err != nil || !slices.ContainsFunc(accounts, matches) {
		return err
	}
	return l.changePath(file, func(accounts []Account) []Account { return without(accounts, matches) })
}

// changePath changes the file of a path. If it was the last one, the directory is
// removed, too.
func (l *Locked) changePath(file accountFile, edit func([]Account) []Account) error {
	if err := file.takeFinished(); err != nil {
		return err
	}
	known, err := file.readContents()
	if err != nil {
		return err
	}
	changed := contents{edit(known.accounts), known.generation + 1, known.unknown}
	if len(changed.accounts) == 0 {
		err := file.remove()
		_ = os.Remove(filepath.Dir(file.path)) // unless it contains another file
		return err
	}
	content, err := encode(l.origin, changed)
	if err != nil {
		return err
	}
	return writePrivate(file.path, content)
}

// change changes the origin's file.
func (l *Locked) change(edit func([]Account) []Account) error {
	accounts, err := l.Accounts()
	if err != nil {
		return err
	}
	changed := contents{edit(accounts), l.known.generation + 1, l.known.unknown}
	if len(changed.accounts) == 0 {
		err = l.cache.file(l.origin).remove()
	} else {
		err = l.writeFile(changed)
	}
	if err == nil {
		l.known = &changed
	}
	return err
}

func (l *Locked) writeFile(changed contents) error {
	content, err := encode(l.origin, changed)
	if err != nil {
		return err
	}
	file := l.cache.file(l.origin)
	if l.reserved.room == nil {
		if l.reserved.room, err = openRoom(file.between()); err != nil {
			return err
		}
	}
	if err := l.reserved.room.become(file.path, content); err != nil {
		return err
	}
	l.reserved.room = nil
	return nil
}

func without(accounts []Account, matches func(Account) bool) (left []Account) {
	for _, account := range accounts {
		if !matches(account) {
			left = append(left, account)
		}
	}
	return left
}
