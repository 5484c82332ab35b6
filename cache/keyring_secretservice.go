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
	"github.com/zalando/go-keyring"
	secretservice "github.com/zalando/go-keyring/secret_service"
)

// reachKeyring connects to the session bus, which go-keyring then uses, too.
// Whatever is wrong with the bus or its address (people set it to /dev/null to have
// none), without a connection there is no keyring.
func reachKeyring() error {
	if !hasSessionBus() {
		return ErrKeyringAbsent
	}
	if _, err := dbus.SessionBus(); err != nil {
		return ErrKeyringAbsent
	}
	return nil
}

// hasSessionBus reports whether there is a session bus to connect to. Without this
// look, connecting would start a bus of its own (dbus-launch) on a machine
// without one, where no keyring can be.
func hasSessionBus() bool {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return true
	}
	_, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus"))
	return err == nil
}

// readEntry reads an entry as go-keyring does, only sooner: with three calls
// where its Get makes eight, to ask first which collections there are, and to
// unlock what nearly always is unlocked. What is not simply there (an entry
// that is locked or gone, a service without a "login" collection) is Get's.
func readEntry(name string) (string, error) {
	if text, found := readUnlocked(name); found {
		return text, nil
	}
	return keyring.Get(keyringService, name)
}

// writeEntry writes an entry, or replaces it.
func writeEntry(name, text string) error { return keyring.Set(keyringService, name, text) }

func readUnlocked(name string) (text string, found bool) {
	service, err := secretservice.NewSecretService()
	if err != nil {
		return "", false
	}
	// These attributes and this collection are what go-keyring's Set writes.
	items, err := service.SearchItems(service.GetCollection("login"), map[string]string{"service": keyringService, "username": name})
	if err != nil || len(items) == 0 {
		return "", false
	}
	session, err := service.OpenSession() // ends with the connection
	if err != nil {
		return "", false
	}
	secret, err := service.GetSecret(items[0], session.Path())
	if err != nil {
		return "", false
	}
	return string(secret.Value), true
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
