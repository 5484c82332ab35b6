package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Listed is what is stored for an origin, or a file that cannot be read.
type Listed struct {
	// File is the path of the account file; of the directory, if the origin has only
	// passwords for one path.
	File string
	// Origin is the origin of the accounts; "" if the file cannot be read.
	Origin string
	// Accounts are the accounts of the origin, the newest first, as Cache.Accounts
	// returns them.
	Accounts []Account
	// Problem says why the file cannot be read; nil for one that can.
	Problem error
}

// List returns what is stored for each origin, in the order of the file names, without
// decrypting anything. A file that cannot be read is listed with its problem, and does
// not affect the others. A missing directory has no files.
func (c *Cache) List() ([]Listed, error) {
	if err := c.checkNamed(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(c.Directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("state directory: %v", blocked(c.Directory, err))
	}
	var all []Listed
	for _, entry := range entries {
		path := filepath.Join(c.Directory, entry.Name())
		switch filepath.Ext(path) {
		case ".json":
			listed := Listed{File: path}
			listed.Origin, listed.Accounts, listed.Problem = readListed(path)
			all = append(all, listed)
		case ".paths":
			all = appendPaths(all, listPaths(path))
		}
	}
	return all, nil
}

// appendPaths adds the passwords for one path to the accounts of their origin.
func appendPaths(all, ofPaths []Listed) []Listed {
	for _, listed := range ofPaths {
		i := slices.IndexFunc(all, func(other Listed) bool {
			return listed.Problem == nil && other.Problem == nil && other.Origin == listed.Origin
		})
		if i < 0 {
			all = append(all, listed)
		} else {
			all[i].Accounts = merge(all[i].Accounts, listed.Accounts)
		}
	}
	return all
}

// listPaths lists a directory of passwords for one path: first the readable ones, if
// there are any, then each file that cannot be read.
func listPaths(directory string) []Listed {
	listed, unreadable := Listed{File: directory}, []Listed(nil)
	if _, err := isRealDirectory(directory); err != nil {
		return []Listed{{File: directory, Problem: err}}
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return []Listed{{File: directory, Problem: blocked(directory, err)}}
	}
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".json" {
			continue
		}
		path := filepath.Join(directory, entry.Name())
		origin, accounts, err := readListed(path)
		if err != nil {
			unreadable = append(unreadable, Listed{File: path, Problem: err})
			continue
		}
		listed.Origin, listed.Accounts = origin, append(listed.Accounts, accounts...)
	}
	slices.SortStableFunc(listed.Accounts, func(a, b Account) int { return b.Obtained.Compare(a.Obtained) })
	if len(listed.Accounts) == 0 {
		return unreadable
	}
	return append([]Listed{listed}, unreadable...)
}

// readListed reads an account file of which only the path is known.
func readListed(path string) (string, []Account, error) {
	content, err := readPrivate(path)
	if err != nil {
		return "", nil, err
	}
	var head struct{ Origin string }
	// Anything but a JSON object names no origin: decode says what is wrong.
	_ = json.Unmarshal(content, &head)
	file := listedFile(path, head.Origin)
	accounts, err := file.decode(content)
	named := filepath.Base(path)
	if file.ofPath {
		named = filepath.Base(filepath.Dir(path))
	}
	if err == nil && fileName(head.Origin)+filepath.Ext(named) != named {
		err = fmt.Errorf("contains accounts of %q, which belong in another file", head.Origin)
	}
	if err != nil {
		return "", nil, err
	}
	return head.Origin, accounts, nil
}

// listedFile returns the file of an origin at a path.
func listedFile(path, origin string) accountFile {
	return accountFile{path: path, origin: origin, ofPath: filepath.Ext(filepath.Dir(path)) == ".paths"}
}

// Holds reports whether a file belongs to an origin, by its name, so that it also works
// for an unreadable file.
func (c *Cache) Holds(file Listed, origin string) bool {
	paths := c.pathsDirectory(origin)
	return file.File == c.path(origin, ".json") || file.File == paths || filepath.Dir(file.File) == paths
}
