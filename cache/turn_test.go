package cache

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// TestTurn: one process at a time has its turn, which keeps nobody from the
// lock, and a wait for it is told to the person and ends with its context.
func TestTurn(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	leave, err := c.AwaitTurn(t.Context(), origin, nil)
	if err != nil {
		t.Fatal(err)
	}
	lock(t, c, origin).Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := c.AwaitTurn(ctx, origin, func(Holder) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	leave()
	leave, err = c.AwaitTurn(t.Context(), origin, nil)
	if err != nil {
		t.Fatal(err)
	}
	leave()
}
