// Package cache stores accounts on disk, one file per origin, and one per path for
// passwords that are for only one path. The description of an account is not encrypted
// (who, where, since when); its tokens and passwords are encrypted with a data key in
// the operating system's keyring, or in a private file if there is no keyring.
//
// Reading needs no lock. To change something, Lock an origin, read again, then Put.
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

// Cache is a directory of accounts. The zero value is not usable: a Cache needs a
// Directory.
type Cache struct {
	// Directory is an absolute path; otherwise nothing is read or created. It is created
	// on the first change, for its owner only (mode 0700).
	Directory string

	// KeyringPatience is how long one call to the keyring may take: longer if the
	// keyring may be asking the user to unlock it. Zero means 3 s.
	KeyringPatience time.Duration

	// KeyringSlow, if set, is called once if the keyring has not responded for 2 s and
	// KeyringPatience is longer than that.
	KeyringSlow func()
}

// DefaultDirectory returns where accounts are stored: the named directory if named is
// not empty, else "git-credential-doorkey" in the user's state directory (XDG base
// directory specification; on Windows and macOS the system's place for it). It is "" if
// there is no state directory: without HOME and XDG_STATE_HOME, package xdg would use a
// directory below "/".
func DefaultDirectory(named string) string {
	switch {
	case named != "":
		return named
	case runtime.GOOS == "windows", filepath.IsAbs(os.Getenv("HOME")), filepath.IsAbs(os.Getenv("XDG_STATE_HOME")):
		return filepath.Join(xdg.StateHome, "git-credential-doorkey")
	}
	return ""
}

// ErrStateDirectory is returned by Accounts if it is impossible to tell whether anything
// is stored: the state directory cannot be read, or Directory is not an absolute path.
// Other methods return it for the latter.
var ErrStateDirectory = errors.New("cannot use the state directory")

// checkNamed fails if Directory is not an absolute path: it would depend on the
// directory where git runs, which may be anyone's repository.
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

// Accounts returns the accounts of an origin ("https://gitlab.com"), the newest first,
// without decrypting anything. A missing file has no accounts.
func (c *Cache) Accounts(origin string) ([]Account, error) { return c.AccountsFor(origin, "") }

// AccountsFor returns the accounts of an origin that a request with a path can mean, in
// their order; for "", which means every path, all of them. It does not read passwords
// for other paths, however many there are.
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

// Unseal returns the tokens or the password of an account that Accounts or Put of this
// origin returned. It returns the errors of the key: ErrKeyringAbsent, ErrKeyringLocked,
// ErrKeyringTimeout, ErrKeyGone; or an error if the account was damaged or moved here
// from another place.
func (c *Cache) Unseal(ctx context.Context, origin string, account Account) (Secrets, error) {
	key, err := c.namedKey(ctx, account.key)
	if err != nil {
		return Secrets{}, err
	}
	return c.unsealWith(key, origin, account)
}

// UnsealAll unseals many accounts, and gets each data key once. An account whose key is
// missing has no secrets. One that cannot be decrypted has none either, but does not
// affect the others: the error is the first of these, and the secrets of the others are
// returned with it.
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

// path returns the path of a file of an origin.
func (c *Cache) path(origin, suffix string) string {
	return filepath.Join(c.Directory, fileName(origin)+suffix)
}
