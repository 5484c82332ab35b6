package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// accountFile is a file with accounts of an origin: all except those for only one path,
// or the passwords for one path.
type accountFile struct {
	path   string
	origin string
	ofPath bool
}

// file returns the file of all accounts of an origin except those for only one path. An
// older doorkey stores those there, too.
func (c *Cache) file(origin string) accountFile {
	return accountFile{path: c.path(origin, ".json"), origin: origin}
}

// between returns where a change is written before it is renamed.
func (f accountFile) between() string { return f.path + ".new" }

// read returns the content of the file and its accounts. A missing file has none.
func (f accountFile) read() (content []byte, accounts []Account, err error) {
	content, err = readPrivate(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		if _, unseen := os.Lstat(f.path); unseen != nil {
			err = fmt.Errorf("%w: %v", ErrStateDirectory, err)
		}
		return nil, nil, err
	}
	accounts, err = f.decode(content)
	if err != nil {
		return nil, nil, f.unreadable(err)
	}
	return content, accounts, nil
}

// readContents also reads what a get does not need.
func (f accountFile) readContents() (contents, error) {
	content, accounts, err := f.read()
	if err != nil {
		return contents{}, err
	}
	return contents{accounts, generationOf(content), unknownIn(content)}, nil
}

// decode rejects accounts that belong in another file.
func (f accountFile) decode(content []byte) ([]Account, error) {
	accounts, err := decode(content, f.origin)
	for _, account := range accounts {
		if f.ofPath && (!account.isOfPath() || pathFileName(account.Path) != filepath.Base(f.path)) {
			return nil, fmt.Errorf("contains the password for the path %q, which belongs in another file", account.Path)
		}
	}
	return accounts, err
}

// decodeContents also decodes what a get does not need.
func (f accountFile) decodeContents(content []byte) (contents, error) {
	accounts, err := f.decode(content)
	if err != nil {
		return contents{}, err
	}
	return contents{accounts, generationOf(content), unknownIn(content)}, nil
}

// unreadable says why the file cannot be read, and what to do.
func (f accountFile) unreadable(err error) error {
	what := "host"
	if f.ofPath {
		what = "path"
	}
	return fmt.Errorf("account file \"%s\": %v\nto start again for this %s only, move that file away", f.path, err, what)
}

// remove removes the file. It first removes what a killed process left behind, so that
// takeFinished does not restore its accounts.
func (f accountFile) remove() error {
	if err := removePrivate(f.between()); err != nil {
		return err
	}
	return removePrivate(f.path)
}
