package secret

import "golang.org/x/sys/unix"

// KeepMemoryPrivate makes the kernel write no core dump of this process, and prevents
// other processes of the same user from reading its memory (prctl(2), PR_SET_DUMPABLE).
// Child processes decide for themselves.
func KeepMemoryPrivate() {
	// If that is impossible, answering git still matters more.
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
