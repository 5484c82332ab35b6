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

// A password for one path (credential.useHttpPath) has its own file, since one host may
// have thousands, such as a deploy token for each project: a get reads one, and a store
// writes one. They are in a directory of the origin, under the origin's lock.
//
// No other file records that the directory exists: an older doorkey, which does not know
// it, would drop that record.

// pathsDirectory returns the directory of an origin's passwords for one path.
func (c *Cache) pathsDirectory(origin string) string { return c.path(origin, ".paths") }

// pathFileName returns the name of the file with the passwords for a path.
func pathFileName(path string) string { return fingerprint([]byte(path)) + ".json" }

func (c *Cache) pathFile(origin, path string) accountFile {
	return accountFile{path: filepath.Join(c.pathsDirectory(origin), pathFileName(path)), origin: origin, ofPath: true}
}

// fileOf returns the file that an account is in, as far as can be seen.
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

// isRealDirectory reports whether there is a directory. Anything else, or a link to a
// directory elsewhere, is an error.
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

// makePathsDirectory creates the directory of an origin's passwords for one path, for
// its owner only. An existing one must be private, too.
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

// position is what identifies an account: a new account replaces one with the same
// position.
type position struct {
	isGrant        bool
	username, path string
}

func (a Account) position() position { return position{a.IsGrant(), a.Username, a.Path} }

// merge combines two lists of an origin's accounts, the newest first: those of its file,
// in their own order, and the passwords for paths. If two have the same position, which
// a killed process or an older doorkey can cause, the newer one stays.
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
