//go:build (windows || darwin) && nokeyring

package cache

// reachKeyring finds no keyring in a program built for tests: they set another HOME, so
// that macOS looks for another keychain and may offer to reset the one that it does not
// find. Only the keyring's own tests, which run in this package, use a keyring.
func reachKeyring() error { return ErrKeyringAbsent }
