package helper

import (
	"strings"
	"testing"
)

// TestHowToUnlock: over SSH to a Mac, nobody can log in to the desktop.
func TestHowToUnlock(t *testing.T) {
	for system, want := range map[string]string{"darwin": "run: security unlock-keychain", "linux": "log in to the desktop", "freebsd": "log in to the desktop"} {
		if got := howToUnlock(system); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", system, got, want)
		}
	}
}
