//go:build windows || darwin

package cache

import (
	"os"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// useKeyring lets a test use the keyring of the developer who runs it, if they have allowed
// that. There is nothing to start: every session has the system's keyring.
func useKeyring(t *testing.T) {
	t.Helper()
	if os.Getenv("DOORKEY_TEST_KEYRING") != "yes" {
		parts.Missing(t, "your permission to use your keyring", "set DOORKEY_TEST_KEYRING=yes; entries of git-credential-doorkey are added and removed again")
	}
}
