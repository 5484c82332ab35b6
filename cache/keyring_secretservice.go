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

// reachKeyring connects to the session bus, which go-keyring then also uses. Whatever is
// wrong with the bus or its address (some users set it to /dev/null to have none),
// without a connection there is no keyring.
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
// check, connecting would start a new bus (dbus-launch) on a machine without one, where
// there can be no keyring.
func hasSessionBus() bool {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return true
	}
	_, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus"))
	return err == nil
}

// readEntry reads an entry as go-keyring does, but faster: with three calls where its
// Get makes eight, to ask which collections there are and to unlock what is nearly
// always unlocked. It leaves everything else to Get: an entry that is locked or missing,
// a service without a "login" collection.
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
	// go-keyring's Set writes these attributes and this collection.
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

// classifySystem distinguishes a missing service from a locked one (Secret Service
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
	// For a dismissed password dialog, go-keyring has only a text.
	case strings.HasPrefix(err.Error(), "failed to unlock"):
		return ErrKeyringLocked
	}
	return fmt.Errorf("keyring: %v", err)
}
