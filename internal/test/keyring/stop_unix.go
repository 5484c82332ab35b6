//go:build !windows

package keyring

import "syscall"

// Stop makes the daemon answer nothing, as one that hangs; Continue ends that.
func (k *Keyring) Stop() { k.signal(syscall.SIGSTOP) }

// Continue lets the daemon answer again.
func (k *Keyring) Continue() { k.signal(syscall.SIGCONT) }

func (k *Keyring) signal(signal syscall.Signal) {
	k.t.Helper()
	if err := k.daemon.Process.Signal(signal); err != nil {
		k.t.Fatal(err)
	}
}
