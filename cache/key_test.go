package cache

import (
	"context"
	"errors"
	"testing"
)

// holderDouble is a place for keys that can fail, or forget what it was told.
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

// TestSaveAndReadBack: nothing is sealed with a key that was not kept.
func TestSaveAndReadBack(t *testing.T) {
	for _, row := range []struct {
		name   string
		holder holderDouble
		want   error // nil with fails: one of its own, that does not pass for another
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
