package cache

import (
	"context"
	"slices"
	"time"
)

// Accounts reads the origin's accounts, as Cache.Accounts does, but once: nobody
// else changes them meanwhile.
func (l *Locked) Accounts() ([]Account, error) {
	if l.known == nil {
		content, accounts, err := l.cache.read(l.origin)
		if err != nil {
			return nil, err
		}
		l.known = &contents{accounts, generationOf(content), unknownIn(content)}
	}
	return slices.Clone(l.known.accounts), nil
}

// Reserve proves that the next Put can be written and holds the room for it,
// so that neither a full disk nor a read-only directory is met after a
// single-use refresh token or code has been spent. It also gets the data key for
// that place, so that Put does not depend on the keyring any more. All that is
// left for Put is to write, to sync and to rename.
func (l *Locked) Reserve(ctx context.Context, place KeyPlace) (err error) {
	if _, err := l.Accounts(); err != nil {
		return err
	}
	l.reserved, err = l.cache.reserve(ctx, l.origin, ".json.new", place)
	return err
}

// Put seals an account and keeps it in the place of those that it replaces,
// first in the list. It returns the account as Accounts will. After Reserve, what
// fails is tried again for some seconds.
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
	put := func() error {
		return l.change(func(accounts []Account) []Account {
			return append([]Account{sealed}, without(accounts, sealed.replaces)...)
		})
	}
	if !isReserved {
		return sealed, put()
	}
	return sealed, patiently(ctx, func() error {
		if err := l.cache.saveAgain(ctx, key); err != nil {
			return err
		}
		return put()
	})
}

// storePatience is for how long something that fails is tried again when what is to
// be stored was got for a token or a code that is spent: nobody hurries the process
// that has it.
const storePatience = 10 * time.Second

func patiently(ctx context.Context, do func() error) error {
	end := time.Now().Add(storePatience)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := do()
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(pause)
	}
}

// Forget removes the accounts that match. With the last one the file goes, too, and
// the origin's notes: nothing is kept there any more, and a person who has ended it
// all may be asked again at once.
func (l *Locked) Forget(matches func(Account) bool) error {
	return l.change(func(accounts []Account) []Account { return without(accounts, matches) })
}

func (l *Locked) change(edit func([]Account) []Account) error {
	accounts, err := l.Accounts()
	if err != nil {
		return err
	}
	changed := contents{edit(accounts), l.known.generation + 1, l.known.unknown}
	if len(changed.accounts) == 0 {
		err = l.removeFile()
	} else {
		err = l.writeFile(changed)
	}
	if err == nil {
		l.known = &changed
	}
	return err
}

// removeFile removes the file of the accounts. First goes what a process has left
// that was killed, so that takeFinished does not bring them back.
func (l *Locked) removeFile() error {
	if err := removePrivate(l.cache.path(l.origin, ".json.new")); err != nil {
		return err
	}
	_ = l.cache.changeNotes(l.origin, func(n *notes) { *n = notes{} })
	return removePrivate(l.cache.path(l.origin, ".json"))
}

func (l *Locked) writeFile(changed contents) error {
	content, err := encode(l.origin, changed)
	if err != nil {
		return err
	}
	if l.reserved.room == nil {
		if l.reserved.room, err = openRoom(l.cache.path(l.origin, ".json.new")); err != nil {
			return err
		}
	}
	if err := l.reserved.room.become(l.cache.path(l.origin, ".json"), content); err != nil {
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
