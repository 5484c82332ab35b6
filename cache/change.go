package cache

import (
	"context"
	"os"
)

// Accounts reads the origin's accounts, as Cache.Accounts does.
func (l *Locked) Accounts() ([]Account, error) { return l.cache.Accounts(l.origin) }

// Reserve proves that the next Put can be written and holds the room for it,
// so that neither a full disk nor a read-only directory is met after a
// single-use refresh token or code has been spent. It also gets the data key for
// that place, so that Put does not depend on the keyring any more.
func (l *Locked) Reserve(ctx context.Context, place KeyPlace) (err error) {
	l.reserved, err = l.cache.reserve(ctx, l.origin, ".json.new", place)
	return err
}

// Put seals an account and keeps it in the place of those that it replaces,
// first in the list. It returns the account as Accounts will.
func (l *Locked) Put(ctx context.Context, place KeyPlace, account Account, secrets Secrets) (Account, error) {
	key, err := l.sealingKey(ctx, place)
	if err != nil {
		return Account{}, err
	}
	sealed, err := seal(key, l.origin, account, secrets)
	if err != nil {
		return Account{}, err
	}
	return sealed, l.change(func(accounts []Account) []Account {
		return append([]Account{sealed}, without(accounts, sealed.replaces)...)
	})
}

// sealingKey returns the reserved key, or that of another place.
func (l *Locked) sealingKey(ctx context.Context, place KeyPlace) (dataKey, error) {
	if place != l.reserved.place {
		return l.cache.sealingKey(ctx, place)
	}
	return l.reserved.key, l.cache.saveAgain(ctx, l.reserved.key)
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
	path, between := l.cache.path(l.origin, ".json"), l.cache.path(l.origin, ".json.new")
	accounts = edit(accounts)
	if len(accounts) == 0 {
		os.Remove(between) // of a process that was killed
		_ = l.cache.changeNotes(l.origin, func(n *notes) { *n = notes{} })
		return removePrivate(path)
	}
	content, err := encode(l.origin, accounts)
	if err != nil {
		return err
	}
	if l.reserved.file != "" {
		between = l.reserved.file
	}
	if err := writePrivateBy(between, path, content, true); err != nil {
		return err
	}
	l.reserved.file = ""
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
