//go:build !windows && !darwin

package cache

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

// keyringReachable reports whether there is a session bus to ask. Without this
// look, connecting would start a bus of its own (dbus-launch) on a machine
// without one, where no keyring can be.
func keyringReachable() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	_, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus"))
	return err == nil
}

// classifySystem tells an absent service from a locked one (Secret Service
// specification, "Errors").
func classifySystem(err error) error {
	var answer dbus.Error
	var connection *net.OpError
	switch {
	case errors.As(err, &connection), errors.Is(err, dbus.ErrClosed):
		return ErrKeyringAbsent
	case errors.As(err, &answer) && answer.Name == "org.freedesktop.Secret.Error.IsLocked":
		return ErrKeyringLocked
	case errors.As(err, &answer) && strings.HasPrefix(answer.Name, "org.freedesktop.DBus.Error."):
		return fmt.Errorf("%w: %v", ErrKeyringAbsent, err)
	// go-keyring has only words for a password dialog that was dismissed.
	case strings.HasPrefix(err.Error(), "failed to unlock"):
		return ErrKeyringLocked
	}
	return fmt.Errorf("keyring: %v", err)
}
