package gitconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// NewFileMode is git's mode for a new configuration file; the umask narrows it.
const NewFileMode = 0o666

// manyLinks is more symbolic links in a row than a sane configuration has.
const manyLinks = 32

// ResolveLinks returns the file that a configuration file links to, even if that does not exist yet: users who store
// their configuration elsewhere keep the link.
func ResolveLinks(file string) (string, error) {
	for range manyLinks {
		directory, err := filepath.EvalSymlinks(filepath.Dir(file))
		if err != nil {
			return "", fmt.Errorf(`cannot access the directory of "%s": %v`, file, err)
		}
		file = filepath.Join(directory, filepath.Base(file))
		next, err := os.Readlink(file)
		if err != nil {
			return file, nil // not a link, or missing
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(directory, next)
		}
		file = next
	}
	return "", fmt.Errorf(`"%s" is a symbolic link in a loop`, file)
}

// TakeLock creates "<file>.lock", which only one process can do: to change a configuration file, a process writes the
// new one there and then moves it into place (git's own protocol). The mode is that of the new file. The caller
// removes or moves the lock.
func TakeLock(scope Scope, file string, mode fs.FileMode) (*os.File, error) {
	lock := file + ".lock"
	handle, err := os.OpenFile(lock, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, lockError(scope, file, lock, err)
	}
	return handle, nil
}

func lockError(scope Scope, file, lock string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf(`"%s" exists: another git process is changing "%s", or was killed while doing so; wait, or delete the file if no git command is running`, lock, file)
	case errors.Is(err, fs.ErrPermission) && scope == System:
		return fmt.Errorf(`only an administrator can change "%s"; run this as one (sudo, or an elevated prompt), or use --global`, file)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf(`cannot write "%s", which is needed to change "%s"; check who owns the directory`, filepath.Dir(file), file)
	}
	return fmt.Errorf(`cannot change "%s": %v`, file, err)
}
