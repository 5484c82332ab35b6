package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// errNotPrivate is checkPrivate's error for a file or directory of this user.
var errNotPrivate = errors.New("other users can read or change it")

// foreignError is checkPrivate's error for one that belongs to another user.
type foreignError struct{ owner owner }

func (e foreignError) Error() string { return fmt.Sprintf("it belongs to %v", e.owner) }

// untrusted explains why checkPrivate rejects a path, and what to do, which differs if
// it belongs to another user.
func untrusted(what, path string, err error) error {
	if foreign, is := errors.AsType[foreignError](err); is {
		return fmt.Errorf("%s belongs to %v\n%s", what, foreign.owner, orElsewhere(foreign.owner.wayOut(path), path))
	}
	return fmt.Errorf("%s: %v\nmove it away, or to make it private again, run: %s", what, err, privateCommand(path))
}

// blocked explains what prevents the use of a path, and what to do. It returns errors
// with another cause unchanged.
func blocked(path string, err error) error {
	path = filepath.Clean(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return denied(path)
	case errors.Is(err, syscall.ENOTDIR),
		errors.Is(err, fs.ErrExist),    // of a dangling link
		errors.Is(err, fs.ErrNotExist): // on Windows
		return noDirectory(path, err)
	}
	return err
}

// noDirectory names the file that is in the place of a directory; it returns err if
// there is none. HOME itself and devices are not to be moved away.
func noDirectory(path string, err error) error {
	inTheWay, info := firstExisting(path)
	if target, missing := os.Stat(inTheWay); info == nil || missing == nil && target.IsDir() {
		return err
	}
	wayOut := ""
	if isInOurs(inTheWay) && !isHomeless(path) && info.Mode()&fs.ModeDevice == 0 {
		wayOut = "move it away"
	}
	return fmt.Errorf("\"%s\" is not a directory\n%s", inTheWay, orElsewhere(wayOut, path))
}

// denied names what the system does not let doorkey use, and its owner.
func denied(path string) error {
	inTheWay, info := firstExisting(path)
	what := fmt.Sprintf(`"%s": permission denied`, path)
	if inTheWay != path {
		what += fmt.Sprintf(` by "%s"`, inTheWay)
	}
	whose, known := ownerOf(inTheWay, info)
	switch {
	case !known || whose.isOurs():
		return fmt.Errorf("%s\n%s", what, orElsewhere("make sure that you can read and write there", path))
	case inTheWay == path:
		what += fmt.Sprintf(": it belongs to %v", whose)
	default:
		what += fmt.Sprintf(", which belongs to %v", whose)
	}
	return fmt.Errorf("%s\n%s", what, orElsewhere(whose.wayOut(inTheWay), path))
}

// firstExisting returns a path that exists and can be examined, or else the first such
// parent.
func firstExisting(path string) (string, fs.FileInfo) {
	info, err := os.Lstat(path)
	for err != nil && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		info, err = os.Lstat(path)
	}
	return path, info
}

// orElsewhere adds to the hint for a path, "" for none, the one that always works.
func orElsewhere(wayOut, path string) string {
	elsewhere := "set DOORKEY_STATE_DIR to a directory that you own"
	if isHomeless(path) {
		elsewhere = "set HOME to your own home directory, or DOORKEY_STATE_DIR to a directory that you own"
	}
	if wayOut == "" {
		return elsewhere
	}
	return wayOut + "\nor " + elsewhere
}

// isBelow reports whether a path is in a directory, at any depth.
func isBelow(directory, path string) bool {
	below, err := filepath.Rel(directory, path)
	return err == nil && below != "." && filepath.IsLocal(below)
}
