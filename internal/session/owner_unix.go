//go:build !windows

package session

import (
	"os"
	"syscall"
)

// Network is where doorkey at home listens.
const Network = "unix"

// isOwn reports whether a path belongs to this user: in /tmp, anyone can make a file.
func isOwn(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	return known && int(owner.Uid) == os.Getuid()
}
