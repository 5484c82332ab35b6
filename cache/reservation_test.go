//go:build !windows

package cache

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestStateDirectoryGoesDuringSignIn: a user who deletes the state directory during a
// sign-in loses what was in it, but not the result of the sign-in. On Windows, nobody can
// delete a locked file.
func TestStateDirectoryGoesDuringSignIn(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent") // automatic means the file, too
	for _, place := range []KeyPlace{InFile, Automatic} {
		t.Run(string(place), func(t *testing.T) {
			if place == Automatic && runtime.GOOS == "darwin" {
				t.Skip("automatic is the person's own keychain there, and its entry would outlive the state directory")
			}
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			s, err := c.AwaitSignIn(t.Context(), origin, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.End()
			if err := s.Reserve(t.Context(), place); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(c.Directory); err != nil {
				t.Fatal(err)
			}
			locked, err := s.Lock(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer locked.Unlock()
			account, secrets := grant("")
			kept, err := locked.Put(t.Context(), place, account, secrets)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := c.Unseal(t.Context(), origin, kept); err != nil || !equal(back, secrets) {
				t.Errorf("other secrets came back, error %v", err)
			}
		})
	}
}
