//go:build (windows || darwin) && !nokeyring

package cache

// keyringReachable reports whether there is a keyring to ask: each session of
// Windows and macOS has one.
func keyringReachable() bool { return true }
