package cache

import (
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"
	"golang.org/x/sys/windows"
)

func readEntry(name string) (string, error) { return keyring.Get(keyringService, name) }

// writeEntry writes an entry, or replaces it.
func writeEntry(name, text string) error { return keyring.Set(keyringService, name, text) }

// classifySystem recognizes the error of a session without a Credential Manager, such as
// an SSH session with a key.
func classifySystem(err error) error {
	if errors.Is(err, windows.ERROR_NO_SUCH_LOGON_SESSION) {
		return ErrKeyringAbsent
	}
	return fmt.Errorf("credential manager: %v", err)
}
