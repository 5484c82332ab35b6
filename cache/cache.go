// Package cache keeps accounts on disk, one file per origin, and one per path for
// passwords that are for one path alone. What an account
// is lies open in the file (who, where, since when); its tokens and passwords
// are sealed with a data key that the operating system's keyring holds, or a
// private file where there is no keyring.
//
// Reading takes no lock. Changing does: Lock an origin, read again, then Put.
package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/adrg/xdg"
)

// Cache is a directory of accounts. The zero value is not usable: a Cache
// needs a Directory.
type Cache struct {
	// Directory is an absolute path; with any other, nothing is read or made. It
	// is made on the first change, for its owner alone (mode 0700).
	Directory string

	// KeyringPatience is how long one call to the keyring may take: longer
	// where its service may be asking a person to unlock it. Zero means 3 s.
	KeyringPatience time.Duration

	// KeyringSlow, if set, is called once when the keyring has not answered
	// for 2 s and KeyringPatience is longer than that.
	KeyringSlow func()
}

// DefaultDirectory returns where accounts are kept: the directory that named
// gives if it is not empty, else "git-credential-doorkey" in the user's state
// directory (XDG base directory specification; on Windows and macOS their own
// place for it). It is "" where nobody has one: without HOME, and XDG_STATE_HOME,
// package xdg would take what lies below "/".
func DefaultDirectory(named string) string {
	switch {
	case named != "":
		return named
	case runtime.GOOS == "windows", filepath.IsAbs(os.Getenv("HOME")), filepath.IsAbs(os.Getenv("XDG_STATE_HOME")):
		return filepath.Join(xdg.StateHome, "git-credential-doorkey")
	}
	return ""
}

// ErrStateDirectory is returned by Accounts where nobody can tell whether anything
// is kept: the state directory cannot be looked into, or Directory is no absolute
// path. Other methods return it for the latter.
var ErrStateDirectory = errors.New("cannot use the state directory")

// checkNamed fails where Directory is no absolute path: it would be looked for
// wherever git runs, in anybody's repository.
func (c *Cache) checkNamed() error {
	const wayOut = "\nset HOME, or DOORKEY_STATE_DIR to an absolute path"
	switch {
	case c.Directory == "":
		return fmt.Errorf("%w: HOME is not set to an absolute path"+wayOut, ErrStateDirectory)
	case !filepath.IsAbs(c.Directory):
		return fmt.Errorf(`%w: "%s" is not an absolute path`+wayOut, ErrStateDirectory, c.Directory)
	}
	return nil
}

// Accounts returns the accounts of an origin ("https://gitlab.com"), the
// newest first, without unsealing anything. No file means no accounts.
func (c *Cache) Accounts(origin string) ([]Account, error) { return c.AccountsFor(origin, "") }

// AccountsFor returns the accounts of an origin that a request with a path can mean,
// in their order; for "", which means every path, all of them. Passwords for other
// paths are not read, however many there are.
func (c *Cache) AccountsFor(origin, path string) ([]Account, error) {
	if err := c.checkNamed(); err != nil {
		return nil, err
	}
	_, accounts, err := c.file(origin).read()
	if err != nil {
		return nil, err
	}
	var ofPaths []Account
	if path == "" {
		ofPaths, err = c.readPaths(origin)
	} else {
		ofPaths, err = c.readPath(origin, path)
	}
	return merge(accounts, ofPaths), err
}

// Unseal returns the tokens or the password of an account that Accounts or Put
// of this origin returned. Its errors are those of the key: ErrKeyringAbsent,
// ErrKeyringLocked, ErrKeyringTimeout, ErrKeyGone; or the account was
// damaged or moved here from another place.
func (c *Cache) Unseal(ctx context.Context, origin string, account Account) (Secrets, error) {
	key, err := c.namedKey(ctx, account.key)
	if err != nil {
		return Secrets{}, err
	}
	return c.unsealWith(key, origin, account)
}

// UnsealAll does for many accounts what Unseal does for one, and gets each data
// key once. An account whose key is gone has no secrets. One that cannot be
// unsealed has none either, and keeps nobody from the others: the error is that
// of the first such, beside what could be had.
func (c *Cache) UnsealAll(ctx context.Context, origin string, accounts []Account) (all []Secrets, failure error) {
	keys := make(map[keyReference]dataKey)
	for _, account := range accounts {
		key, got := keys[account.key]
		var err error
		if !got {
			key, err = c.namedKey(ctx, account.key)
			keys[account.key] = key
		}
		var secrets Secrets
		if key.bytes != nil {
			secrets, err = c.unsealWith(key, origin, account)
		}
		if failure == nil && !errors.Is(err, ErrKeyGone) {
			failure = err
		}
		all = append(all, secrets)
	}
	return all, failure
}

func (c *Cache) unsealWith(key dataKey, origin string, account Account) (Secrets, error) {
	secrets, err := unseal(key, origin, account)
	if err != nil {
		return Secrets{}, c.fileOf(origin, account).unreadable(err)
	}
	return secrets, nil
}

// path names a file of an origin.
func (c *Cache) path(origin, suffix string) string {
	return filepath.Join(c.Directory, fileName(origin)+suffix)
}
