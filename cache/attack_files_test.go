//go:build !windows

package cache

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/secret"
)

// preciousContent would be a note if doorkey read it from the planted file.
const preciousContent = `{"sign_in_refused":"2023-11-14T22:13:20Z"}`

// planted returns what an attacker left in the state directory while it was open to others,
// under a name that doorkey is going to use. Each function gets the path, and a file of the
// user's own to point to.
func planted() map[string]func(path, precious string) error {
	return map[string]func(path, precious string) error{
		"a symbolic link":          func(path, precious string) error { return os.Symlink(precious, path) },
		"a link to what is not":    func(path, precious string) error { return os.Symlink(precious+".none", path) },
		"a hard link":              func(path, precious string) error { return os.Link(precious, path) },
		"a FIFO":                   func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
		"a directory":              func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"a file that others read":  func(path, _ string) error { return makeWithMode(path, 0o644) },
		"a file that others write": func(path, _ string) error { return makeWithMode(path, 0o622) },
	}
}

func makeWithMode(path string, mode os.FileMode) error {
	return errors.Join(os.WriteFile(path, []byte(preciousContent), 0o600), os.Chmod(path, mode))
}

// TestAttackByPlantedFiles: doorkey writes nothing through a planted file, whatever it is.
// The error says which file to move away.
func TestAttackByPlantedFiles(t *testing.T) {
	ofBoth := []string{"https-gitlab.example.com.json", "https-gitlab.example.com.lock", "key.lock", "file.key-id", "file.key-id.new"}
	for name, test := range map[string]struct {
		change func(*testing.T, *Cache) error
		files  []string
	}{
		"refresh":          {refreshAndPut, append([]string{"https-gitlab.example.com.json.new"}, ofBoth...)},
		"store for a path": {storeForPath, append([]string{"https-gitlab.example.com.paths", pathOfTests, pathOfTests + ".new"}, ofBoth...)},
		"sign-in":          {signInAndPut, append([]string{"https-gitlab.example.com.sign-in-lock", "https-gitlab.example.com.sign-in.new"}, ofBoth...)},
	} {
		for _, file := range test.files {
			for what, plant := range planted() {
				t.Run(name+" where "+file+" is "+what, func(t *testing.T) {
					if file == "https-gitlab.example.com.paths" && what == "a directory" {
						t.Skip("that is what has to be there")
					}
					synctest.Test(t, func(t *testing.T) { // doorkey tries for ten seconds after an answer
						c, precious := plantAt(t, file, plant)
						err := test.change(t, c)
						if strings.HasSuffix(file, "lock") && what == "a hard link" {
							if err != nil { // some backups make such files: doorkey writes nothing to a lock
								t.Error(err)
							}
						} else if err == nil || !strings.Contains(err.Error(), filepath.Join(c.Directory, file)) {
							t.Errorf("error %v, want one that names the file", err)
						}
						checkPrecious(t, precious)
					})
				})
			}
		}
	}
}

// TestAttackByPlantedChange: doorkey does not finish a change from a temporary file that it
// did not leave itself, even if the change in it is complete and newer.
func TestAttackByPlantedChange(t *testing.T) {
	for what, plant := range map[string]func(path, whole string) error{
		"a symbolic link":          func(path, whole string) error { return os.Symlink(whole, path) },
		"a hard link":              func(path, whole string) error { return os.Link(whole, path) },
		"a file that others read":  func(path, whole string) error { return errors.Join(os.Rename(whole, path), os.Chmod(path, 0o644)) },
		"a file that others write": func(path, whole string) error { return errors.Join(os.Rename(whole, path), os.Chmod(path, 0o622)) },
	} {
		t.Run(what, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			between := unfinished(t, c, time.Now())
			if err := errors.Join(os.Rename(between, between+".whole"), plant(between, between+".whole")); err != nil {
				t.Fatal(err)
			}
			lock(t, c, origin).Unlock()
			accounts, err := c.Accounts(origin)
			if err != nil || len(accounts) != 1 {
				t.Fatal(accounts, err)
			}
			if secrets, err := c.Unseal(t.Context(), origin, accounts[0]); err != nil || secrets.AccessToken.Reveal() == "newer" {
				t.Errorf("the planted file is taken, or %v", err)
			}
		})
	}
}

// TestAttackByPlantedNotes: notes only inform users, so a planted note does not make
// doorkey fail, and does not let an attacker write elsewhere.
func TestAttackByPlantedNotes(t *testing.T) {
	const notesFile = "https-gitlab.example.com.notes"
	for _, name := range []string{notesFile, notesFile + ".new", "notes.lock"} {
		for what, plant := range planted() {
			t.Run(name+" is "+what, func(t *testing.T) {
				c, precious := plantAt(t, name, plant)
				isHardLink := name == notesFile && what == "a hard link" // it reads as a file of the user's own
				if !isHardLink && c.readNotes(origin) != (notes{}) {
					t.Error("the planted file is believed")
				}
				if err := signInAndPut(t, c); err != nil {
					t.Error(err)
				}
				checkPrecious(t, precious)
			})
		}
	}
}

// TestAttackByKeyID: an attacker who edits the ID of a key cannot choose a file with it.
func TestAttackByKeyID(t *testing.T) {
	directory := t.TempDir()
	for _, id := range []string{"", "..", "../../evil", "/../../evil", "00/../../evil", "00\x00", "zz", "0", "%2e", "00.key"} {
		if path, err := (keyFile{directory}).path(id); err == nil {
			t.Errorf("%q is the file %s", id, path)
		}
		if _, err := (keyFile{directory}).load(t.Context(), id); err == nil || errors.Is(err, ErrKeyGone) {
			t.Errorf("%q: error %v, want one that does not take the key for gone", id, err)
		}
	}
}

// plantAt makes a private state directory with one planted file in it.
func plantAt(t *testing.T, name string, plant func(path, precious string) error) (c *Cache, precious string) {
	t.Helper()
	home := t.TempDir()
	c, precious = &Cache{Directory: filepath.Join(home, "state")}, filepath.Join(home, "precious")
	if err := errors.Join(os.Mkdir(c.Directory, 0o700), os.WriteFile(precious, []byte(preciousContent), 0o600)); err != nil {
		t.Fatal(err)
	}
	if directory := filepath.Dir(name); directory != "." {
		if err := os.Mkdir(filepath.Join(c.Directory, directory), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := plant(filepath.Join(c.Directory, name), precious); err != nil {
		t.Fatal(err)
	}
	return c, precious
}

// signInAndPut makes the change that a sign-in makes.
func signInAndPut(t *testing.T, c *Cache) error {
	t.Helper()
	s, err := c.AwaitSignIn(t.Context(), origin, nil)
	if err != nil {
		return err
	}
	defer s.End()
	if err := s.Reserve(t.Context(), InFile); err != nil {
		return err
	}
	s.Announce(Announcement{Until: time.Now()})
	locked, err := s.Lock(t.Context(), nil)
	if err != nil {
		return err
	}
	return putGrant(t, locked)
}

// pathOfTests is the file of the password for the path "a".
var pathOfTests = filepath.Join("https-gitlab.example.com.paths", pathFileName("a"))

// storeForPath makes the change that a store of a password for one path makes.
func storeForPath(t *testing.T, c *Cache) error {
	t.Helper()
	locked, err := c.Lock(t.Context(), origin, nil)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	_, err = locked.Put(t.Context(), InFile, Account{Username: "u", Path: "a"}, Secrets{Password: secret.New("p")})
	return err
}

// TestAttackByPlantedDirectory: doorkey writes nothing into a directory that is reached
// through a link, or that others can use.
func TestAttackByPlantedDirectory(t *testing.T) {
	for what, plant := range map[string]func(path, elsewhere string) error{
		"a link to a directory":     func(path, elsewhere string) error { return os.Symlink(elsewhere, path) },
		"a directory others read":   func(path, _ string) error { return errors.Join(os.Mkdir(path, 0o700), os.Chmod(path, 0o755)) },
		"a directory others change": func(path, _ string) error { return errors.Join(os.Mkdir(path, 0o700), os.Chmod(path, 0o777)) },
	} {
		t.Run(what, func(t *testing.T) {
			elsewhere := t.TempDir()
			c, _ := plantAt(t, "https-gitlab.example.com.paths", func(path, _ string) error { return plant(path, elsewhere) })
			if err := storeForPath(t, c); err == nil || !strings.Contains(err.Error(), c.pathsDirectory(origin)) {
				t.Errorf("error %v, want one that names the directory", err)
			}
			if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) > 0 {
				t.Errorf("elsewhere there are %v, %v", entries, err)
			}
			if found := c.Inspect(time.Now()); len(found.Problems) != 1 {
				t.Errorf("the doctor finds %v", found.Problems)
			}
		})
	}
}

// TestAttackByLinkedDirectory: passwords for paths are read from no directory elsewhere,
// even if their files are private.
func TestAttackByLinkedDirectory(t *testing.T) {
	c, _ := plantAt(t, "https-gitlab.example.com.paths", func(path, _ string) error { return os.Symlink(t.TempDir(), path) })
	for _, path := range []string{"", "group/project.git"} {
		if _, err := c.AccountsFor(origin, path); err == nil || !strings.Contains(err.Error(), c.pathsDirectory(origin)) {
			t.Errorf("path %q: error %v, want one that names the directory", path, err)
		}
	}
}

// refreshAndPut makes the change that a refresh makes.
func refreshAndPut(t *testing.T, c *Cache) error {
	t.Helper()
	locked, err := c.Lock(t.Context(), origin, nil)
	if err != nil {
		return err
	}
	if err := locked.Reserve(t.Context(), InFile); err != nil {
		locked.Unlock()
		return err
	}
	return putGrant(t, locked)
}

func putGrant(t *testing.T, locked *Locked) error {
	defer locked.Unlock()
	account, secrets := grant("")
	_, err := locked.Put(t.Context(), InFile, account, secrets)
	return err
}

func checkPrecious(t *testing.T, path string) {
	t.Helper()
	if content, err := os.ReadFile(path); err != nil || string(content) != preciousContent {
		t.Errorf("the file that was pointed to is now %q, %v", content, err)
	}
	if _, err := os.Lstat(path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made outside the state directory: %v", err)
	}
}
