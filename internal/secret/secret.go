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

// Text is text that does not print: every verb of package fmt and every log
// handler shows "[secret]" for it, and it does not marshal. Only Reveal gives
// the text away. The zero value is a secret that was not given at all, which
// an empty secret is not (git can store an empty password).
type Text struct {
	// A pointer, because fmt cannot call methods on unexported fields: a Text
	// in such a field prints an address where a string would print itself.
	value *string
}

// New returns value as a secret that is set, even when value is empty.
func New(value string) Text { return Text{value: &value} }

// IsSet reports whether the secret was given, be it empty.
func (t Text) IsSet() bool { return t.value != nil }

// IsEmpty reports whether there is no text: not given, or given as "".
func (t Text) IsEmpty() bool { return t.value == nil || *t.value == "" }

// Reveal returns the text itself, "" when not set. Callers hand it to git, to
// the server that it belongs to, or to the cipher, and to nobody else.
func (t Text) Reveal() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}

// Equal reports whether both are set to the same text, or both not set. The
// time it takes tells nothing of where two texts differ.
func (t Text) Equal(other Text) bool {
	if t.IsSet() != other.IsSet() {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

// Fingerprint returns 16 hexadecimal digits that tell two tokens apart without
// telling the tokens; "" when not set or empty. Only for text that nobody could
// guess, and so never for a password that a person chose.
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
