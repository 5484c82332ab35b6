package fleet

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// form is the format of the record. A record in a later format is neither read nor
// replaced.
const form = 1

// keySize is the size of an AES-256 key in bytes.
const keySize = 32

// Keys encrypt a fleet's records: the first encrypts, all decrypt. So a key can be
// replaced while all machines keep working.
type Keys struct{ all []secret.Text }

// NewKey returns a new key, as a line of a key file: base64 of 32 random bytes.
func NewKey() secret.Text {
	key := make([]byte, keySize)
	rand.Read(key)
	return secret.New(base64.StdEncoding.EncodeToString(key))
}

// ParseKeys reads a key file: a key on each line, in base64. It skips empty lines and
// lines that begin with "#". Its errors do not repeat the content.
// PowerShell may have written the file, in UTF-16 or with a byte order mark.
func ParseKeys(content secret.Text) (Keys, error) {
	var keys Keys
	for i, line := range bytes.Split(inASCII([]byte(content.Reveal())), []byte("\n")) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(string(line))
		if err != nil || len(key) != keySize {
			return Keys{}, fmt.Errorf("line %d is not a fleet key, which is the base64 of %d bytes", i+1, keySize)
		}
		keys.all = append(keys.all, secret.New(string(key)))
	}
	if len(keys.all) == 0 {
		return Keys{}, errors.New("it contains no fleet key")
	}
	return keys, nil
}

// inASCII returns a text without a byte order mark, and without the zeros of UTF-16.
func inASCII(text []byte) []byte {
	if utf16, is := bytes.CutPrefix(text, []byte("\xff\xfe")); is {
		return bytes.ReplaceAll(utf16, []byte{0}, nil)
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
}

// Len returns the number of keys.
func (k Keys) Len() int { return len(k.all) }

// IDs returns names for the keys that do not reveal them: first the one that encrypts.
func (k Keys) IDs() (ids []string) {
	for _, key := range k.all {
		ids = append(ids, keyID(key))
	}
	return ids
}

func keyID(key secret.Text) string {
	sum := sha256.Sum256([]byte("doorkey fleet key ID\x00" + key.Reveal()))
	return hex.EncodeToString(sum[:4])
}

// Name says whose grant a record contains. The record is bound to it: a record in
// another one's place cannot be decrypted.
type Name struct {
	Origin string // "https://gitlab.com"
	Label  string // of the account; "" is the default one
}

// InEngine returns the name of the record in the engine, which does not reveal whose it
// is: 32 hexadecimal digits.
func (n Name) InEngine() string {
	sum := sha256.Sum256(joined("doorkey fleet record", n.Origin, n.Label))
	return hex.EncodeToString(sum[:16])
}

// joined combines texts so that no other texts result in the same bytes.
func joined(texts ...string) (all []byte) {
	for _, text := range texts {
		all = binary.BigEndian.AppendUint64(all, uint64(len(text)))
		all = append(all, text...)
	}
	return all
}

// envelope is what the engine sees.
type envelope struct {
	Form   int    `json:"form"`
	Key    string `json:"key"` // the ID of the key
	Sealed []byte `json:"sealed"`
}

// sealedRecord is the form in which a Record is encrypted.
type sealedRecord struct {
	Grant      string  `json:"grant"`
	Generation uint64  `json:"generation"`
	Account    Account `json:"account"`

	AccessToken  []byte    `json:"access_token"`
	RefreshToken []byte    `json:"refresh_token"`
	Obtained     time.Time `json:"obtained"`
	Expiry       time.Time `json:"expiry,omitzero"`

	Claim   *Claim `json:"claim,omitempty"`
	Suspect *Event `json:"suspect,omitempty"`
	Failure *Event `json:"failure,omitempty"`
	Ended   *Event `json:"ended,omitempty"`
}

// Seal encrypts a record with AES-256-GCM. Two results never have the same bytes.
func (k Keys) Seal(name Name, r Record) ([]byte, error) {
	plain, err := json.Marshal(sealedRecord{
		Grant: r.Grant, Generation: r.Generation, Account: r.Account,
		AccessToken: []byte(r.Tokens.AccessToken.Reveal()), RefreshToken: []byte(r.Tokens.RefreshToken.Reveal()),
		Obtained: r.Tokens.Obtained.Round(0).UTC(), Expiry: r.Tokens.Expiry.Round(0).UTC(),
		Claim: r.Claim, Suspect: r.Suspect, Failure: r.Failure, Ended: r.Ended,
	})
	if err != nil {
		return nil, err
	}
	id := keyID(k.all[0])
	aead, err := cipherOf(k.all[0])
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return json.Marshal(envelope{form, id, aead.Seal(nonce, nonce, plain, associated(name, id))})
}

// Open decrypts a record.
func (k Keys) Open(name Name, value []byte) (Record, error) {
	var e envelope
	switch err := json.Unmarshal(value, &e); {
	case err != nil || e.Form < 1:
		return Record{}, errors.New("the engine contains something else than a doorkey record at this address; use another address for the fleet")
	case e.Form > form:
		return Record{}, fmt.Errorf("the record was written by a newer doorkey (format %d; this one reads %d); update doorkey", e.Form, form)
	}
	for _, key := range k.all {
		if keyID(key) != e.Key {
			continue
		}
		aead, err := cipherOf(key)
		if err != nil {
			return Record{}, err
		}
		return openWith(aead, name, e)
	}
	return Record{}, fmt.Errorf("the record is encrypted with the key %q, which this machine does not have; it has %s\n"+
		"copy the fleet's keys to this machine", e.Key, quotedList(k.IDs()))
}

// quotedList is a list for an error.
func quotedList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = strconv.Quote(text)
	}
	return strings.Join(quoted, ", ")
}

func openWith(aead cipher.AEAD, name Name, e envelope) (Record, error) {
	if len(e.Sealed) < aead.NonceSize() {
		return Record{}, errors.New("the record is damaged: it is too short")
	}
	nonce, sealed := e.Sealed[:aead.NonceSize()], e.Sealed[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, sealed, associated(name, e.Key))
	if err != nil {
		return Record{}, errors.New("cannot decrypt the record: it is damaged, or was moved here from another address")
	}
	var s sealedRecord
	if err := json.Unmarshal(plain, &s); err != nil {
		return Record{}, errors.New("the record has unknown content")
	}
	return Record{
		Grant: s.Grant, Generation: s.Generation, Account: s.Account,
		Tokens: Tokens{secret.New(string(s.AccessToken)), secret.New(string(s.RefreshToken)), s.Obtained, s.Expiry},
		Claim:  s.Claim, Suspect: s.Suspect, Failure: s.Failure, Ended: s.Ended,
	}, nil
}

func associated(name Name, keyID string) []byte {
	return joined(fmt.Sprint(form), name.Origin, name.Label, keyID)
}

func cipherOf(key secret.Text) (cipher.AEAD, error) {
	block, err := aes.NewCipher([]byte(key.Reveal()))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
