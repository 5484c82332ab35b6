package cache

import "context"

// TryKeyring finds out whether the keyring can be used now: nil, or ErrKeyringAbsent,
// ErrKeyringLocked, ErrKeyringTimeout or ErrKeyringUnseen. It does not unlock a locked
// keyring, so that no password dialog opens, and it reads no key. Desktop means that a
// dialog could open here.
func (c *Cache) TryKeyring(ctx context.Context, desktop bool) error {
	return systemKeyring{patience: c.KeyringPatience}.call(ctx, connected(func() error { return tryKeyring(desktop) }))
}
