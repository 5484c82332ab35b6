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

// root is the superuser.
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

// String returns the user's name if /etc/passwd has it; other user databases are not
// read.
func (o owner) String() string {
	if o == root {
		return "root"
	}
	if found, err := user.LookupId(strconv.Itoa(int(o))); err == nil {
		return found.Username
	}
	return fmt.Sprintf("user %d", int(o))
}

// wayOut returns what to do about a file or directory of this owner; "" if nothing can
// be done. Files that root made in this user's directories can be taken over: root could
// change them anyway.
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

// isInOurs reports whether a path is in a directory of this user. "/", "/root" and a
// home directory are not: this user cannot change what is there.
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

// isHomeless reports whether a path is where HOME puts the accounts, but HOME does not
// belong to this user: a service's that does not exist, the "/" of a container, another
// user's.
func isHomeless(path string) bool {
	return os.Getenv("DOORKEY_STATE_DIR") == "" && !filepath.IsAbs(os.Getenv("XDG_STATE_HOME")) && isBelow(xdg.StateHome, path) && !belongsToUs(os.Getenv("HOME"))
}

// privateCommand returns the command with which a user makes a path private again.
func privateCommand(path string) string { return "chmod go-rwx " + inShell(path) }

// inShell returns a path as one word of a command.
func inShell(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
