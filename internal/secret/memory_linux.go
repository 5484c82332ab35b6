package secret

import "golang.org/x/sys/unix"

// KeepMemoryPrivate has the kernel write no core dump of this process, and let
// no other process of the same user look into its memory (prctl(2),
// PR_SET_DUMPABLE). What it starts decides for itself.
func KeepMemoryPrivate() {
	// Where that cannot be had, answering git is still worth more.
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
