//go:build !windows && !darwin

package cache

import "github.com/godbus/dbus/v5"

// The collection where go-keyring stores entries, and the one that it uses if there is
// none of that name.
const (
	loginCollection   dbus.ObjectPath = "/org/freedesktop/secrets/collection/login"
	defaultCollection dbus.ObjectPath = "/org/freedesktop/secrets/aliases/default"
)

// tryKeyring reads whether the collection is locked (Secret Service
// specification, org.freedesktop.Secret.Collection).
func tryKeyring(bool) error {
	connection, err := dbus.SessionBus()
	if err != nil {
		return err
	}
	var locked dbus.Variant
	for _, path := range []dbus.ObjectPath{loginCollection, defaultCollection} {
		locked, err = connection.Object("org.freedesktop.secrets", path).GetProperty("org.freedesktop.Secret.Collection.Locked")
		if err == nil {
			break
		}
	}
	if isLocked, _ := locked.Value().(bool); isLocked {
		return ErrKeyringLocked
	}
	return err
}
