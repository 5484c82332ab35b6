//go:build !windows && !darwin

package cache

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/keyring"
)

// useKeyring starts a real keyring and makes the test use it.
func useKeyring(t *testing.T) *keyring.Keyring {
	t.Helper()
	k := keyring.Start(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", k.Address)
	return k
}

// TestKeyringFailures: doorkey reports each way in which a keyring fails differently,
// within a time limit, and loses nothing.
func TestKeyringFailures(t *testing.T) {
	const longer = time.Minute // longer than a keyring needs if it answers at all
	for _, row := range []struct {
		name     string
		fail     func(t *testing.T, k *keyring.Keyring)
		patience time.Duration // for the failing keyring
		want     error
		mend     func(t *testing.T, k *keyring.Keyring) // nil: it cannot be mended here
	}{
		{"bus killed", func(t *testing.T, k *keyring.Keyring) { k.KillBus() }, longer, ErrKeyringAbsent, nil},
		{"daemon killed", func(t *testing.T, k *keyring.Keyring) { k.Kill() }, longer, ErrKeyringAbsent,
			func(t *testing.T, k *keyring.Keyring) { k.Restart() }},
		{"locked, and nobody to unlock it", func(t *testing.T, k *keyring.Keyring) { k.Lock() }, longer, ErrKeyringLocked,
			func(t *testing.T, k *keyring.Keyring) { k.Kill(); k.Restart() }},
		{"a daemon that does not answer", func(t *testing.T, k *keyring.Keyring) { k.Stop() }, time.Second, ErrKeyringTimeout,
			func(t *testing.T, k *keyring.Keyring) { k.Continue() }},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := useKeyring(t)
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state"), KeyringPatience: longer}
			account, secrets := grant("")
			kept := put(t, c, InKeyring, account, secrets)

			if err := c.TryKeyring(t.Context(), false); err != nil {
				t.Errorf("trying it before: error %v", err)
			}
			row.fail(t, k)
			c.KeyringPatience = row.patience
			if err := c.TryKeyring(t.Context(), false); !errors.Is(err, row.want) {
				t.Errorf("trying it: error %v, want %v", err, row.want)
			}
			if _, err := c.Unseal(t.Context(), origin, kept); !errors.Is(err, row.want) {
				t.Errorf("unsealing: error %v, want %v", err, row.want)
			}
			locked := lock(t, c, origin)
			if err := locked.Reserve(t.Context(), InKeyring); !errors.Is(err, row.want) {
				t.Errorf("reserving: error %v, want %v", err, row.want)
			}
			locked.Unlock()
			if accounts, err := c.Accounts(origin); err != nil || len(accounts) != 1 {
				t.Errorf("accounts %v, %v", accounts, err)
			}

			if row.mend == nil {
				return
			}
			row.mend(t, k)
			c.KeyringPatience = longer
			if back, err := c.Unseal(t.Context(), origin, kept); err != nil || !equal(back, secrets) {
				t.Errorf("after it was mended: %v", err)
			}
		})
	}
}

// TestNoSessionBus: without a session bus, whatever is in its place, no keyring is
// available, and the key is stored in a file.
func TestNoSessionBus(t *testing.T) {
	for _, address := range []string{
		"/dev/null", "disabled:", "autolaunch:", "unix:", "nonsense", "unix:path=/nonexistent", "unix:path=/dev/null", "tcp:host=127.0.0.1,port=1",
		"unixexec:path=/bin/false", ";", "unix:path=", "nonce-tcp:host=127.0.0.1",
	} {
		t.Run(address, func(t *testing.T) {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state"), KeyringPatience: time.Minute}
			if err := c.TryKeyring(t.Context(), false); !errors.Is(err, ErrKeyringAbsent) {
				t.Errorf("trying it: error %v", err)
			}
			if _, err := (systemKeyring{}).load(t.Context(), "id"); !errors.Is(err, ErrKeyringAbsent) {
				t.Errorf("loading a key: error %v", err)
			}
			if err := (systemKeyring{}).save(t.Context(), "id", []byte("key")); !errors.Is(err, ErrKeyringAbsent) {
				t.Errorf("saving a key: error %v", err)
			}
			account, secrets := grant("")
			if kept := put(t, c, Automatic, account, secrets); kept.Place() != InFile {
				t.Errorf("the key is in %q", kept.Place())
			}
		})
	}
}

// TestKeyringGoneAfterReserve: once a refresh token has been used, doorkey stores the new
// tokens, whatever happens to the keyring in the meantime.
func TestKeyringGoneAfterReserve(t *testing.T) {
	k := useKeyring(t)
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state"), KeyringPatience: time.Minute}
	account, secrets := grant("")
	locked := lock(t, c, origin)
	defer locked.Unlock()
	if err := locked.Reserve(t.Context(), InKeyring); err != nil {
		t.Fatal(err)
	}
	k.Kill()
	kept, err := locked.Put(t.Context(), InKeyring, account, secrets)
	if err != nil {
		t.Fatal(err)
	}
	k.Restart()
	if back, err := c.Unseal(t.Context(), origin, kept); err != nil || !equal(back, secrets) {
		t.Errorf("the keyring is back: %v", err)
	}
}

// TestUnsealAllWithoutKeyring: accounts that are sealed with a key in a file can be read
// without the keyring, whatever is before them in the list.
func TestUnsealAllWithoutKeyring(t *testing.T) {
	k := useKeyring(t)
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state"), KeyringPatience: time.Second}
	kept := make([]Secrets, 3)
	var accounts []Account
	for i, place := range []KeyPlace{InKeyring, InFile, InKeyring} {
		account, secrets := grant([]string{"", "work", "home"}[i])
		accounts = append(accounts, put(t, c, place, account, secrets))
		if place == InFile {
			kept[i] = secrets
		}
	}
	k.Kill()
	back, err := c.UnsealAll(t.Context(), origin, accounts)
	if !errors.Is(err, ErrKeyringAbsent) || !slices.EqualFunc(back, kept, equal) {
		t.Errorf("other secrets came back, or error %v", err)
	}
}
