package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A password for one path (credential.useHttpPath) has a file of its own, since there
// may be thousands at one host, a deploy token for each project: a get reads one, and a
// store writes one. They are in a directory of the origin, under the origin's lock.
//
// No other file says that the directory is there: an older doorkey, which does not
// know it, would lose that.

// pathsDirectory is where an origin's passwords for one path are.
func (c *Cache) pathsDirectory(origin string) string { return c.path(origin, ".paths") }

// pathFileName is the name of the file with the passwords for a path.
func pathFileName(path string) string { return fingerprint([]byte(path)) + ".json" }

func (c *Cache) pathFile(origin, path string) accountFile {
	return accountFile{path: filepath.Join(c.pathsDirectory(origin), pathFileName(path)), origin: origin, ofPath: true}
}

// fileOf is where an account is, as far as can be seen.
func (c *Cache) fileOf(origin string, account Account) accountFile {
	if account.isOfPath() {
		if file := c.pathFile(origin, account.Path); isThere(file.path) {
			return file
		}
	}
	return c.file(origin)
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// readPath returns the passwords for one path.
func (c *Cache) readPath(origin, path string) ([]Account, error) {
	if isThere, err := isRealDirectory(c.pathsDirectory(origin)); err != nil || !isThere {
		return nil, err
	}
	_, accounts, err := c.pathFile(origin, path).read()
	return accounts, err
}

// readPaths returns the passwords for any path, the newest first.
func (c *Cache) readPaths(origin string) (all []Account, err error) {
	files, err := c.pathFiles(origin)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		_, accounts, err := file.read()
		if err != nil {
			return nil, err
		}
		all = append(all, accounts...)
	}
	slices.SortStableFunc(all, func(a, b Account) int { return b.Obtained.Compare(a.Obtained) })
	return all, nil
}

// pathFiles lists the files of an origin's passwords for one path.
func (c *Cache) pathFiles(origin string) (files []accountFile, err error) {
	directory := c.pathsDirectory(origin)
	if isThere, err := isRealDirectory(directory); err != nil || !isThere {
		return nil, err
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, blocked(directory, err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".json") {
			files = append(files, accountFile{path: filepath.Join(directory, entry.Name()), origin: origin, ofPath: true})
		}
	}
	return files, nil
}

// isRealDirectory reports whether there is a directory. What is none, or leads to one
// elsewhere, is an error.
func isRealDirectory(path string) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%w: %v", ErrStateDirectory, blocked(path, err))
	case !info.IsDir():
		return false, fmt.Errorf(`"%s" is not a directory; move it away`, path)
	}
	return true, nil
}

// makePathsDirectory makes the directory of an origin's passwords for one path, for
// its owner alone. One that is there already must be so, too.
func (c *Cache) makePathsDirectory(origin string) error {
	directory := c.pathsDirectory(origin)
	isThere, err := isRealDirectory(directory)
	if err != nil {
		return err
	}
	if err := makePrivateDirectory(directory); err != nil {
		return err
	}
	if !isThere {
		syncDirectory(c.Directory)
	}
	return nil
}

// position is what an account takes, and another one can take from it.
type position struct {
	isGrant        bool
	username, path string
}

func (a Account) position() position { return position{a.IsGrant(), a.Username, a.Path} }

// merge puts two lists of an origin's accounts together, the newest first: those of its
// file, in their own order, and the passwords for paths. Of two in one position, as a
// process leaves them that is killed or an older doorkey makes them, the newer one stays.
func merge(accounts, ofPaths []Account) []Account {
	if len(ofPaths) == 0 || len(accounts) == 0 {
		return append(accounts, ofPaths...)
	}
	all, taken := make([]Account, 0, len(accounts)+len(ofPaths)), make(map[position]bool)
	for len(accounts) > 0 || len(ofPaths) > 0 {
		from := &accounts
		if len(accounts) == 0 || len(ofPaths) > 0 && ofPaths[0].Obtained.After(accounts[0].Obtained) {
			from = &ofPaths
		}
		if next := (*from)[0]; !taken[next.position()] {
			all, taken[next.position()] = append(all, next), true
		}
		*from = (*from)[1:]
	}
	return all
}
