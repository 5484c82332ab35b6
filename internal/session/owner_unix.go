//go:build !windows

package session

import (
	"os"
	"syscall"
)

// isOwn reports whether a path is this user's: in /tmp anybody can make one.
func isOwn(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	return known && int(owner.Uid) == os.Getuid()
}
