//go:build !windows

package cache

import (
	"io/fs"
	"syscall"
)

// hasOtherNames reports whether the file is a hard link: the user who made it decided
// what a change of this name changes.
func hasOtherNames(info fs.FileInfo) bool {
	file, known := info.Sys().(*syscall.Stat_t)
	return known && file.Nlink > 1
}
