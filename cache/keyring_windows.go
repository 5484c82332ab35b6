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

// classifySystem knows the error of a session that has no Credential Manager,
// such as one opened through SSH with a key.
func classifySystem(err error) error {
	if errors.Is(err, windows.ERROR_NO_SUCH_LOGON_SESSION) {
		return ErrKeyringAbsent
	}
	return fmt.Errorf("credential manager: %v", err)
}
