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

// KeyPlace is where the data key is stored.
type KeyPlace string

// The places for the data key. Automatic is the keyring if there is one, else the file;
// the place of an account's key is never "auto".
const (
	Automatic KeyPlace = "auto"
	InKeyring KeyPlace = "keyring"
	InFile    KeyPlace = "file"
)

// Errors of the data key. None of the first three means that an account is lost: nothing
// may be deleted and no sign-in started because of them.
var (
	// ErrKeyringAbsent means that there is no keyring service on this machine, or none
	// that this process can reach.
	ErrKeyringAbsent = errors.New("no keyring is available")
	// ErrKeyringLocked means that the keyring is locked and was not unlocked.
	ErrKeyringLocked = errors.New("the keyring is locked")
	// ErrKeyringTimeout means that the keyring did not respond in time.
	ErrKeyringTimeout = errors.New("the keyring does not respond")
	// ErrKeyringUnseen, only from TryKeyring, means that there is a keyring, but it is
	// impossible to tell without a dialog whether it is locked.
	ErrKeyringUnseen = errors.New("did not check whether the keyring is locked")
	// ErrKeyGone means that the keyring or the key file no longer has this data key: the
	// data encrypted with it stays unreadable, and a new sign-in starts again.
	ErrKeyGone = errors.New("the data key is missing")
)

// keyReference identifies the key that encrypts an account.
type keyReference struct {
	Place KeyPlace `json:"place"`
	ID    string   `json:"id"`
}

// keyHolder stores data keys under their IDs.
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

// sealingKey returns the key for new accounts: the current one of the place, or a new
// one if there is none or the current one is missing.
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

// currentKey returns the key of a place that encrypts new accounts; ErrKeyGone if there
// is none.
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

// errNoHex means that a file contains something else than hexadecimal digits.
var errNoHex = errors.New("not hexadecimal digits")

// readHex reads a file of hexadecimal digits. An empty file, or one of zeros, as a power
// loss leaves them, counts as missing: ErrKeyGone.
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

// saveAndReadBack saves a new key, and fails unless the holder then has it: data
// encrypted with a key that was not saved is lost, and not every keyring reports that
// (for example, security(1) of macOS, which reads the command from its standard input).
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

// keyFile stores each data key in a private file beside the accounts.
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
