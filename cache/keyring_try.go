package cache

import "context"

// TryKeyring finds out whether the keyring can be used now: nil, or
// ErrKeyringAbsent, ErrKeyringLocked or ErrKeyringTimeout. It does not have a
// locked one unlocked, so that no password dialog opens, and it reads no key.
func (c *Cache) TryKeyring(ctx context.Context) error {
	return systemKeyring{patience: c.KeyringPatience}.call(ctx, tryKeyring)
}
