package cache

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// keyringService is the service name of the entries in the keyring, which users can see
// there.
const keyringService = "git-credential-doorkey"

// defaultPatience is enough for a keyring that asks nobody.
const defaultPatience = 3 * time.Second

// slowAfter is when the user is told that doorkey waits for the keyring.
const slowAfter = 2 * time.Second

// systemKeyring stores data keys in the operating system's keyring: Secret Service,
// macOS Keychain or Windows Credential Manager.
type systemKeyring struct {
	patience time.Duration
	slow     func()
}

func entryName(id string) string { return "data key " + id }

func (k systemKeyring) load(ctx context.Context, id string) ([]byte, error) {
	var text string
	err := k.call(ctx, connected(func() (err error) {
		text, err = readEntry(entryName(id))
		return err
	}))
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("keyring entry %q of %q is not a data key: it was edited by hand", entryName(id), keyringService)
	}
	return key, nil
}

func (k systemKeyring) save(ctx context.Context, id string, key []byte) error {
	return k.call(ctx, connected(func() error {
		return writeEntry(entryName(id), hex.EncodeToString(key))
	}))
}

// connected returns a function that reaches the keyring and then calls do.
func connected(do func() error) func() error {
	return func() error {
		if err := reachKeyring(); err != nil {
			return err
		}
		return do()
	}
}

// call calls do and waits for it no longer than patience. An abandoned call continues in
// the background: go-keyring waits without limit while a password dialog is open, and
// cannot be stopped.
func (k systemKeyring) call(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() {
		// go-keyring dereferences nil if the bus disappears during a call.
		defer func() {
			if recover() != nil {
				done <- fmt.Errorf("%w: the connection was lost", ErrKeyringAbsent)
			}
		}()
		done <- do()
	}()
	patience := k.patience
	if patience == 0 {
		patience = defaultPatience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if k.slow != nil && patience > slowAfter {
		defer time.AfterFunc(slowAfter, k.slow).Stop()
	}
	select {
	case err := <-done:
		return classify(err)
	case <-ctx.Done():
		return fmt.Errorf("%w within %v", ErrKeyringTimeout, patience)
	}
}

// classify turns an error of go-keyring into one of this package's.
func classify(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return fmt.Errorf("keyring: %w", ErrKeyGone)
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return ErrKeyringAbsent
	case errors.Is(err, ErrKeyringAbsent), errors.Is(err, ErrKeyringLocked), errors.Is(err, ErrKeyringUnseen), errors.Is(err, ErrKeyGone):
		return err
	}
	return classifySystem(err)
}
