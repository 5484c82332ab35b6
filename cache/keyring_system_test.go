//go:build windows || darwin

package cache

import "testing"

// useKeyring has nothing to start: every session has the system's own keyring.
func useKeyring(*testing.T) {}
