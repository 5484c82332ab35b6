// Package secret holds text that must never be shown: access tokens, refresh
// tokens, passwords, client secrets and codes.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// redacted is what every way of printing a secret shows.
const redacted = "[secret]"

// Text is text that does not print: every verb of package fmt and every log handler
// shows "[secret]" for it, and it cannot be marshaled. Only Reveal returns the text. The
// zero value is a missing secret, which differs from an empty one (git can store an
// empty password).
type Text struct {
	// A pointer, because fmt cannot call methods on unexported fields: a Text
	// in such a field prints an address where a string would print itself.
	value *string
}

// New returns value as a secret that is set, even when value is empty.
func New(value string) Text { return Text{value: &value} }

// IsSet reports whether the secret was given, even if it is empty.
func (t Text) IsSet() bool { return t.value != nil }

// IsEmpty reports whether there is no text: not given, or given as "".
func (t Text) IsEmpty() bool { return t.value == nil || *t.value == "" }

// Reveal returns the text itself, "" if not set. Callers pass it only to git, to the
// server that it belongs to, or to the cipher.
func (t Text) Reveal() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}

// Equal reports whether both are set to the same text, or both not set. Its running time
// does not reveal where two texts differ.
func (t Text) Equal(other Text) bool {
	if t.IsSet() != other.IsSet() {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

// Fingerprint returns 16 hexadecimal digits that distinguish two tokens without
// revealing them; "" if not set or empty. Use it only for text that nobody can guess,
// and so never for a password that a user chose.
func (t Text) Fingerprint() string {
	if t.IsEmpty() {
		return ""
	}
	sum := sha256.Sum256([]byte(t.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// Format shows "[secret]" for every verb and flag of package fmt.
func (t Text) Format(state fmt.State, _ rune) { io.WriteString(state, redacted) }

// LogValue shows "[secret]" to package log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText always fails: a secret written by accident would leak, and one
// written as "[secret]" by accident would be lost.
func (t Text) MarshalText() ([]byte, error) {
	return nil, errors.New("a secret does not marshal: reveal it where it is meant to be written")
}
