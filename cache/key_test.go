package cache

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// holderDouble is a place for keys that can fail, or lose the key that it was given.
type holderDouble struct {
	saved             []byte
	saveErr, readErr  error
	insteadOfWhatCame []byte
}

func (h *holderDouble) save(_ context.Context, _ string, key []byte) error {
	h.saved = key
	return h.saveErr
}

func (h *holderDouble) load(context.Context, string) ([]byte, error) {
	if h.insteadOfWhatCame != nil {
		return h.insteadOfWhatCame, h.readErr
	}
	return h.saved, h.readErr
}

// TestSaveAndReadBack: nothing is sealed with a key that was not stored.
func TestSaveAndReadBack(t *testing.T) {
	for _, row := range []struct {
		name   string
		holder holderDouble
		want   error // nil with fails: any error except ErrKeyGone
		fails  bool
	}{
		{"kept", holderDouble{}, nil, false},
		{"not saved", holderDouble{saveErr: ErrKeyringAbsent}, ErrKeyringAbsent, true},
		{"said to be saved, and not there", holderDouble{readErr: ErrKeyGone}, nil, true},
		{"another one is there", holderDouble{insteadOfWhatCame: []byte("another")}, nil, true},
		{"locked when it is read", holderDouble{readErr: ErrKeyringLocked}, ErrKeyringLocked, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := saveAndReadBack(t.Context(), &row.holder, newKey(InKeyring))
			if (err != nil) != row.fails || row.want != nil && !errors.Is(err, row.want) || errors.Is(err, ErrKeyGone) {
				t.Errorf("got %v, want %v, failing %t", err, row.want, row.fails)
			}
		})
	}
}

// TestKeyThatNobodyWasToldOf: sign-ins report where the key is stored until one has
// succeeded. A command that stores a password reports nothing.
func TestKeyThatNobodyWasToldOf(t *testing.T) {
	aGrant, secrets := grant("")
	password := Account{Username: "bob", Obtained: aGrant.Obtained}
	for _, row := range []struct {
		name string
		kept []Account // at other origins
		want KeyPlace
	}{
		{"the first of all", nil, InFile},
		{"a password was stored before", []Account{password}, InFile},
		{"somebody has signed in before", []Account{aGrant}, ""},
		{"somebody has signed in and stored a password before", []Account{aGrant, password}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			for _, account := range row.kept {
				put(t, c, InFile, account, secrets)
			}
			s, err := c.AwaitSignIn(t.Context(), "https://another.example", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.End()
			if err := s.Reserve(t.Context(), InFile); err != nil {
				t.Fatal(err)
			}
			if got := s.NewKeyPlace(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
