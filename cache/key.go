package cache

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// KeyPlace is where the data key is kept.
type KeyPlace string

// The places for the data key. Automatic is the keyring where there is one,
// else the file; what an account was sealed with is never "auto".
const (
	Automatic KeyPlace = "auto"
	InKeyring KeyPlace = "keyring"
	InFile    KeyPlace = "file"
)

// Errors of the data key. None of them says that an account is gone: nothing
// may be deleted and nobody be signed in anew because of the first three.
var (
	// ErrKeyringAbsent: there is no keyring service on this machine, or none
	// that this process can reach.
	ErrKeyringAbsent = errors.New("no keyring is available")
	// ErrKeyringLocked: the keyring is there, locked, and was not unlocked.
	ErrKeyringLocked = errors.New("the keyring is locked")
	// ErrKeyringTimeout: the keyring did not answer in time.
	ErrKeyringTimeout = errors.New("the keyring does not respond")
	// ErrKeyringUnseen, of TryKeyring alone: there is a keyring, and whether it is
	// locked cannot be found out without a dialog.
	ErrKeyringUnseen = errors.New("did not check whether the keyring is locked")
	// ErrKeyGone: the keyring or the key file has this data key no more; what
	// was sealed with it stays unreadable, and a new sign-in starts anew.
	ErrKeyGone = errors.New("the data key is missing")
)

// keyReference names the key that an account is sealed with.
type keyReference struct {
	Place KeyPlace `json:"place"`
	ID    string   `json:"id"`
}

// keyHolder is a place that holds data keys under their IDs.
type keyHolder interface {
	// load returns the key that was saved under the ID; ErrKeyGone if none was.
	load(ctx context.Context, id string) ([]byte, error)
	save(ctx context.Context, id string, key []byte) error
}

func (c *Cache) holder(place KeyPlace) (keyHolder, error) {
	switch place {
	case InKeyring:
		return systemKeyring{patience: c.KeyringPatience, slow: c.KeyringSlow}, nil
	case InFile:
		return keyFile{directory: c.Directory}, nil
	}
	return nil, fmt.Errorf("unknown key location %q; update doorkey, or sign in again", place)
}

// namedKey returns the key that an account refers to.
func (c *Cache) namedKey(ctx context.Context, reference keyReference) (dataKey, error) {
	holder, err := c.holder(reference.Place)
	if err != nil {
		return dataKey{}, err
	}
	key, err := holder.load(ctx, reference.ID)
	if err == nil && len(key) != keySize {
		err = fmt.Errorf("the data key %q in the %s has %d bytes instead of %d: it was edited by hand", reference.ID, reference.Place, len(key), keySize)
	}
	if err != nil {
		return dataKey{}, err
	}
	return dataKey{reference: reference, bytes: key}, nil
}

// keySize is the size of a data key in bytes: AES-256.
const keySize = 32

// sealingKey returns the key for new accounts: the current one of the place,
// or a new one when there is none or the current one is gone.
func (c *Cache) sealingKey(ctx context.Context, place KeyPlace) (dataKey, error) {
	if place == Automatic {
		key, err := c.sealingKey(ctx, InKeyring)
		if errors.Is(err, ErrKeyringAbsent) {
			return c.sealingKey(ctx, InFile)
		}
		return key, err
	}
	unlock, err := c.lockFile(ctx, filepath.Join(c.Directory, "key.lock"), nil)
	if err != nil {
		return dataKey{}, err
	}
	defer unlock()

	if key, err := c.currentKey(ctx, place); !errors.Is(err, ErrKeyGone) {
		return key, err
	}
	key := newKey(place)
	holder, err := c.holder(place)
	if err != nil {
		return dataKey{}, err
	}
	if err := saveAndReadBack(ctx, holder, key); err != nil {
		return dataKey{}, err
	}
	return key, writePrivate(c.keyIDFile(place), []byte(key.reference.ID+"\n"))
}

// currentKey returns the key of a place that new accounts are sealed with;
// ErrKeyGone if there is none.
func (c *Cache) currentKey(ctx context.Context, place KeyPlace) (dataKey, error) {
	id, err := readHex(c.keyIDFile(place))
	switch {
	case errors.Is(err, errNoHex):
		return dataKey{}, fmt.Errorf(`"%s" contains no data key ID; move it away`, c.keyIDFile(place))
	case err != nil:
		return dataKey{}, err
	}
	return c.namedKey(ctx, keyReference{place, hex.EncodeToString(id)})
}

func (c *Cache) keyIDFile(place KeyPlace) string {
	return filepath.Join(c.Directory, string(place)+".key-id")
}

// errNoHex: a file has something else in it than hexadecimal digits.
var errNoHex = errors.New("not hexadecimal digits")

// readHex reads what a file has in hexadecimal digits. An empty one, and one of
// zeros, as a power loss leaves them, is like none: ErrKeyGone.
func readHex(path string) ([]byte, error) {
	content, err := readPrivate(path)
	text := strings.Trim(string(content), " \r\n\x00")
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && text == "":
		return nil, ErrKeyGone
	case err != nil:
		return nil, err
	}
	decoded, err := hex.DecodeString(text)
	if err != nil {
		return nil, errNoHex
	}
	return decoded, nil
}

// saveAndReadBack saves a new key, and fails unless the holder then has it: what
// is sealed with a key that was not kept is lost, and not every keyring says so
// (security(1) of macOS reads the command from its standard input, for one).
func saveAndReadBack(ctx context.Context, holder keyHolder, key dataKey) error {
	if err := holder.save(ctx, key.reference.ID, key.bytes); err != nil {
		return err
	}
	kept, err := holder.load(ctx, key.reference.ID)
	switch {
	case errors.Is(err, ErrKeyGone), err == nil && !bytes.Equal(kept, key.bytes):
		return fmt.Errorf("the %s did not store a new data key, so nothing was encrypted with it\nto store the key in a file, run: git config --global credential.oauthStore file", key.reference.Place)
	}
	return err
}

func newKey(place KeyPlace) dataKey {
	random := make([]byte, keySize+8)
	rand.Read(random)
	return dataKey{keyReference{place, hex.EncodeToString(random[keySize:])}, random[:keySize]}
}

// keyFile keeps each data key in a private file beside the accounts.
type keyFile struct{ directory string }

func (f keyFile) path(id string) (string, error) {
	if _, err := hex.DecodeString(id); err != nil || id == "" {
		return "", fmt.Errorf("%q is not a data key ID", id)
	}
	return filepath.Join(f.directory, "file-"+id+".key"), nil
}

func (f keyFile) load(_ context.Context, id string) ([]byte, error) {
	path, err := f.path(id)
	if err != nil {
		return nil, err
	}
	key, err := readHex(path)
	switch {
	case errors.Is(err, ErrKeyGone):
		return nil, fmt.Errorf(`key file "%s": %w`, path, ErrKeyGone)
	case errors.Is(err, errNoHex):
		return nil, fmt.Errorf(`key file "%s" is damaged, so the data encrypted with it cannot be read; move it away and sign in again`, path)
	}
	return key, err
}

func (f keyFile) save(_ context.Context, id string, key []byte) error {
	path, err := f.path(id)
	if err != nil {
		return err
	}
	return writePrivate(path, []byte(hex.EncodeToString(key)+"\n"))
}
