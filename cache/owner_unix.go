//go:build !windows

package cache

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/adrg/xdg"
)

// root is the user who may do everything.
const root owner = 0

// owner is who owns a file or directory: a user ID.
type owner int

// ownerOf finds out who owns what Lstat has looked at.
func ownerOf(_ string, info fs.FileInfo) (whose owner, known bool) {
	if info == nil {
		return 0, false
	}
	status, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false
	}
	return owner(status.Uid), true
}

func (o owner) isOurs() bool { return int(o) == os.Geteuid() }

// String is the user's name where the file of users has it; other directories of
// users are not read.
func (o owner) String() string {
	if o == root {
		return "root"
	}
	if found, err := user.LookupId(strconv.Itoa(int(o))); err == nil {
		return found.Username
	}
	return fmt.Sprintf("user %d", int(o))
}

// wayOut is what to do about a file or directory of this owner's: "" where nothing
// is to be done about it. What root has made inside what is this user's can be taken
// over: root could do everything with it as it is.
func (o owner) wayOut(path string) string {
	switch me := os.Geteuid(); {
	case owner(me) == root:
		return fmt.Sprintf("doorkey is running as root; run the command as %v, or with root's home directory (sudo -H)", o)
	case !isInOurs(path):
		return ""
	case o == root:
		return fmt.Sprintf("if it was created with sudo, run: sudo chown -R %d %s", me, inShell(path))
	}
	return "move it away"
}

// isInOurs reports whether a path stands in a directory of this user's. "/", "/root"
// and a home do not: what is in the way there is not for this user to change.
func isInOurs(path string) bool {
	parent := filepath.Dir(path)
	return parent != path && belongsToUs(parent)
}

func belongsToUs(directory string) bool {
	info, err := os.Stat(directory)
	if err != nil {
		return false
	}
	whose, known := ownerOf(directory, info)
	return known && whose.isOurs() && info.IsDir()
}

// isHomeless reports whether a path is where HOME has accounts kept, and HOME is not
// this user's: a service's that is nowhere, the "/" of a container, another user's.
func isHomeless(path string) bool {
	return os.Getenv("DOORKEY_STATE_DIR") == "" && !filepath.IsAbs(os.Getenv("XDG_STATE_HOME")) && isBelow(xdg.StateHome, path) && !belongsToUs(os.Getenv("HOME"))
}

// takeBack is the command with which a person makes a path private again.
func takeBack(path string) string { return "chmod go-rwx " + inShell(path) }

// inShell is a path as one word of a command.
func inShell(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
