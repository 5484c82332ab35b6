package cache

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/zalando/go-keyring"
)

// security runs security(1) and returns its output. go-keyring does not say why a read
// failed.
func security(arguments ...string) (string, error) {
	var stdout, stderr strings.Builder
	command := exec.Command("/usr/bin/security", arguments...)
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	return stdout.String(), explainEnd(err, stderr.String())
}

// explainEnd returns the error for the way in which security(1) ended.
func explainEnd(err error, said string) error {
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.Exited() {
		return securityError(exit.ExitCode(), said)
	}
	return err
}

// readEntry reads an entry as go-keyring writes it. An entry that is not found is
// missing only if the default keychain is available.
func readEntry(name string) (string, error) {
	printed, err := security("find-generic-password", "-s", keyringService, "-wa", name)
	if errors.Is(err, ErrKeyGone) {
		if _, absent := keychainInSight(); absent != nil {
			err = absent
		}
	}
	if err != nil {
		return "", err
	}
	return entryText(printed)
}

// writeEntry adds an entry to the default keychain. Without one, macOS would open a
// dialog that offers to reset the keychain.
func writeEntry(name, text string) error {
	if _, err := keychainInSight(); err != nil {
		return err
	}
	return explainEnd(keyring.Set(keyringService, name, text), "")
}

// keychainInSight returns the path of the default keychain.
func keychainInSight() (string, error) {
	printed, err := security("default-keychain")
	if err != nil {
		return "", err
	}
	return defaultKeychain(printed, func(path string) bool {
		_, err := os.Stat(path)
		return err == nil
	})
}

// classifySystem returns the error for everything that this package has no error for.
func classifySystem(err error) error { return fmt.Errorf("keychain: %v", err) }
