package cache

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"git-credential-doorkey/internal/secret"
)

// dataKey is an AES-256 key, and how an encrypted account refers to it.
type dataKey struct {
	reference keyReference
	bytes     []byte
}

// sealedText is what is encrypted, in the form in which it is written; nil for a missing
// secret.
type sealedText struct {
	AccessToken  *text `json:"access_token,omitempty"`
	RefreshToken *text `json:"refresh_token,omitempty"`
	Password     *text `json:"password,omitempty"`
}

// seal returns the account with its secrets encrypted: AES-256-GCM with a random nonce
// in front.
func seal(key dataKey, origin string, account Account, secrets Secrets) (Account, error) {
	if account.key != key.reference {
		account.keyUnknown = nil // they belong to another key
	}
	account.key, account.renewable = key.reference, !secrets.RefreshToken.IsEmpty()
	aead, associated, err := cipherFor(key, origin, account)
	if err != nil {
		return Account{}, err
	}
	plain, err := json.Marshal(sealedText{reveal(secrets.AccessToken), reveal(secrets.RefreshToken), reveal(secrets.Password)})
	if err != nil {
		return Account{}, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	account.sealed = aead.Seal(nonce, nonce, plain, associated)
	return account, nil
}

// unseal is the inverse of seal. It fails if anything was changed that decides where the
// secrets may be sent.
func unseal(key dataKey, origin string, account Account) (Secrets, error) {
	aead, associated, err := cipherFor(key, origin, account)
	if err != nil {
		return Secrets{}, err
	}
	if len(account.sealed) < aead.NonceSize() {
		return Secrets{}, fmt.Errorf("damaged: an encrypted part is too short")
	}
	nonce, sealed := account.sealed[:aead.NonceSize()], account.sealed[aead.NonceSize():]
	content, err := aead.Open(nil, nonce, sealed, associated)
	if err != nil {
		return Secrets{}, fmt.Errorf("damaged or edited by hand: cannot decrypt account %q", account.Username)
	}
	plain, err := readObject(content)
	if err != nil {
		return Secrets{}, fmt.Errorf("account %q has unknown content", account.Username)
	}
	return Secrets{plain.secret("access_token"), plain.secret("refresh_token"), plain.secret("password")}, plain.err
}

// cipherFor returns the cipher and the additional data that it authenticates: everything
// that decides where a token may be sent and who gets it, so that nobody can move an
// encrypted token to another host or redirect its refresh.
func cipherFor(key dataKey, origin string, account Account) (cipher.AEAD, []byte, error) {
	block, err := aes.NewCipher(key.bytes)
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, err
	}
	var sealed []any // forms, because a json.Marshaler takes ten times as long, at each get
	for _, decides := range []text{
		"doorkey account 1", text(origin), text(account.Username), text(account.Path), text(account.Provider),
		text(account.AnswerUsername), text(account.ClientID), text(account.TokenEndpoint), text(account.RevocationEndpoint),
	} {
		sealed = append(sealed, decides.form())
	}
	associated, err := json.Marshal(sealed)
	return aead, associated, err
}

// fingerprint identifies content without revealing it.
func fingerprint(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}

func reveal(given secret.Text) *text {
	if !given.IsSet() {
		return nil
	}
	revealed := text(given.Reveal())
	return &revealed
}
