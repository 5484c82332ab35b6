package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Kept is one file of accounts.
type Kept struct {
	// File is its path.
	File string
	// Origin is whose accounts it has; "" where it cannot be read.
	Origin string
	// Accounts are those of the origin, the newest first, as Cache.Accounts
	// returns them.
	Accounts []Account
	// Problem says why the file cannot be read; nil for one that can.
	Problem error
}

// List returns all files of accounts, in the order of their names, without
// unsealing anything. A file that cannot be read is listed with its problem, and
// keeps nobody from the others. No directory means no files.
func (c *Cache) List() ([]Kept, error) {
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
	var all []Kept
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".json") {
			continue
		}
		kept := Kept{File: filepath.Join(c.Directory, entry.Name())}
		kept.Origin, kept.Accounts, kept.Problem = readListed(kept.File)
		all = append(all, kept)
	}
	return all, nil
}

// readListed reads a file of accounts of which nothing but its path is known.
func readListed(path string) (string, []Account, error) {
	content, err := readPrivate(path)
	if err != nil {
		return "", nil, err
	}
	var head struct{ Origin string }
	// What is no JSON object names no origin: decode says what is wrong.
	_ = json.Unmarshal(content, &head)
	accounts, err := decode(content, head.Origin)
	if err == nil && fileName(head.Origin)+".json" != filepath.Base(path) {
		err = fmt.Errorf("holds accounts of %q, whose file has another name", head.Origin)
	}
	if err != nil {
		return "", nil, err
	}
	return head.Origin, accounts, nil
}

// Holds reports whether a file is the one for an origin, by its name: also one
// that cannot be read.
func (c *Cache) Holds(file Kept, origin string) bool { return file.File == c.path(origin, ".json") }
