package cache

import (
	"errors"
	"fmt"
	"os/exec"

	"github.com/zalando/go-keyring"
)

// interactionNotAllowed is how security(1) ends when the keychain is locked
// and it may show no dialog, as in an SSH session (errSecInteractionNotAllowed,
// -25308, in one byte).
const interactionNotAllowed = 36

func readEntry(name string) (string, error) { return keyring.Get(keyringService, name) }

func classifySystem(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == interactionNotAllowed {
		return ErrKeyringLocked
	}
	return fmt.Errorf("keychain: %v", err)
}
