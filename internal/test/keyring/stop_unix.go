//go:build !windows

package keyring

import "syscall"

// Stop makes the daemon hang, so that it answers nothing, until Continue.
func (k *Keyring) Stop() { k.signal(syscall.SIGSTOP) }

// Continue lets the daemon answer again.
func (k *Keyring) Continue() { k.signal(syscall.SIGCONT) }

func (k *Keyring) signal(signal syscall.Signal) {
	k.t.Helper()
	if err := k.daemon.Process.Signal(signal); err != nil {
		k.t.Fatal(err)
	}
}
