package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
)

// passwordFor is a password for one path, stored at the given second of the clock.
func passwordFor(username, path string, second int64) Account {
	return Account{Username: username, Path: path, Obtained: time.Unix(second, 0).UTC()}
}

func putPasswords(t *testing.T, c *Cache, accounts ...Account) {
	t.Helper()
	for _, account := range accounts {
		put(t, c, InFile, account, Secrets{Password: secret.New(account.Username + " for " + account.Path)})
	}
}

// putAsBefore puts accounts into the origin's file, as an older doorkey did that had one
// file for all of them.
func putAsBefore(t *testing.T, c *Cache, accounts ...Account) {
	t.Helper()
	locked := lock(t, c, origin)
	defer locked.Unlock()
	key, err := c.sealingKey(t.Context(), InFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range accounts {
		sealed, err := seal(key, origin, account, Secrets{Password: secret.New(account.Username + " for " + account.Path)})
		if err != nil {
			t.Fatal(err)
		}
		if err := locked.change(func(before []Account) []Account {
			return append([]Account{sealed}, without(before, sealed.replaces)...)
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// shown lists accounts, and whether each can be unsealed to its original secrets.
func shown(t *testing.T, c *Cache, accounts []Account) (all []string) {
	t.Helper()
	for _, account := range accounts {
		name := account.Username + "/" + account.Path
		if account.IsGrant() {
			name = "grant"
		} else if secrets, err := c.Unseal(t.Context(), origin, account); err != nil || secrets.Password.Reveal() != account.Username+" for "+account.Path {
			t.Errorf("%s: other secrets came back, error %v", name, err)
		}
		all = append(all, name)
	}
	return all
}

// inPlaces lists what is in the origin's file, and what is in the files of paths.
func inPlaces(t *testing.T, c *Cache) (ofOrigin, ofPaths []string) {
	t.Helper()
	_, accounts, err := c.file(origin).read()
	others, failed := c.readPaths(origin)
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return shown(t, c, accounts), shown(t, c, others)
}

// TestPasswordsForPaths tests what a change does to the passwords for one path. They are in
// files of their own, or in the origin's file if an older doorkey stored them.
func TestPasswordsForPaths(t *testing.T) {
	aGrant, _ := grant("")
	aGrant.Obtained = time.Unix(5, 0)
	type accounts = []Account
	putting := func(more ...Account) func(*testing.T, *Cache) {
		return func(t *testing.T, c *Cache) { putPasswords(t, c, more...) }
	}
	forgetting := func(matches func(Account) bool) func(*testing.T, *Cache) {
		return func(t *testing.T, c *Cache) {
			locked := lock(t, c, origin)
			defer locked.Unlock()
			if err := forgetWhere(locked, matches); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, row := range []struct {
		name          string
		before, kept  accounts // what an older doorkey put into the origin's file, and what this one then stored
		change        func(*testing.T, *Cache)
		origin, paths string // the result in each place, the newest first
	}{
		{"a new path", nil, accounts{passwordFor("u", "a", 1)}, putting(passwordFor("u", "b", 2)), "", "u/b u/a"},
		{"the same path again", nil, accounts{passwordFor("u", "a", 1), passwordFor("u", "b", 2)}, putting(passwordFor("u", "a", 3)), "", "u/a u/b"},
		{"another user of a path", nil, accounts{passwordFor("u", "a", 1)}, putting(passwordFor("v", "a", 2)), "", "v/a u/a"},
		{"without a path, for every path of that user", nil, accounts{passwordFor("u", "a", 1), passwordFor("v", "a", 2), passwordFor("u", "b", 3)},
			putting(passwordFor("u", "", 4)), "u/", "v/a"},
		{"a path beside one without", nil, accounts{passwordFor("u", "", 1)}, putting(passwordFor("u", "a", 2)), "u/", "u/a"},
		{"a grant beside paths", nil, accounts{passwordFor("u", "a", 1)}, putting(aGrant), "grant", "u/a"},
		{"one path is forgotten", nil, accounts{passwordFor("u", "a", 1), passwordFor("u", "b", 2)}, forgetting(func(a Account) bool { return a.Path == "a" }), "", "u/b"},
		{"one user of a path is forgotten", nil, accounts{passwordFor("u", "a", 1), passwordFor("v", "a", 2)}, forgetting(func(a Account) bool { return a.Username == "v" }), "", "u/a"},
		{"all are forgotten", nil, accounts{passwordFor("u", "a", 1), passwordFor("u", "b", 2), passwordFor("u", "", 3)}, forgetting(func(Account) bool { return true }), "", ""},

		{"an older file, read alone", accounts{passwordFor("u", "a", 1), passwordFor("u", "b", 2)}, nil, func(*testing.T, *Cache) {}, "u/b u/a", ""},
		{"an older file, and a new path", accounts{passwordFor("u", "a", 1), passwordFor("v", "a", 2), passwordFor("w", "", 3)}, nil, putting(passwordFor("u", "b", 4)), "w/", "u/b v/a u/a"},
		{"an older file, and one of its paths", accounts{passwordFor("u", "a", 1), passwordFor("u", "b", 2)}, nil, putting(passwordFor("u", "a", 3)), "", "u/a u/b"},
		{"an older file, and one without a path", accounts{passwordFor("u", "a", 1), passwordFor("v", "b", 2)}, nil, putting(passwordFor("u", "", 3)), "u/", "v/b"},
		{"an older file, and a grant", accounts{passwordFor("u", "a", 1)}, nil, putting(aGrant), "grant", "u/a"},
		{"an older file, of which one is forgotten", accounts{passwordFor("u", "a", 1), passwordFor("u", "b", 2)}, nil, forgetting(func(a Account) bool { return a.Path == "a" }), "", "u/b"},
		{"an older file, of which all are forgotten", accounts{passwordFor("u", "a", 1), passwordFor("u", "", 2)}, nil, forgetting(func(Account) bool { return true }), "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			putAsBefore(t, c, row.before...)
			putPasswords(t, c, row.kept...)
			row.change(t, c)
			ofOrigin, ofPaths := inPlaces(t, c)
			if strings.Join(ofOrigin, " ") != row.origin || strings.Join(ofPaths, " ") != row.paths {
				t.Errorf("in the origin's file %q, in those of paths %q; want %q and %q", ofOrigin, ofPaths, row.origin, row.paths)
			}
			_, missing := os.Lstat(c.pathsDirectory(origin))
			if hasNone := errors.Is(missing, fs.ErrNotExist); hasNone != (row.paths == "") {
				t.Errorf("the directory: %v", missing)
			}
			if left, err := filepath.Glob(filepath.Join(c.Directory, "*", "*.new")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %q, %v", left, err)
			}
		})
	}
}

// TestAccountsForAPath: a request with a path reads the accounts for that path and those
// for every path. A request without a path reads all.
func TestAccountsForAPath(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	aGrant, _ := grant("")
	aGrant.Obtained = time.Unix(3, 0)
	putPasswords(t, c, passwordFor("u", "a", 1), passwordFor("v", "a", 5), passwordFor("u", "b", 2), aGrant)
	putAsBefore(t, c, passwordFor("w", "a", 4)) // stored by an older doorkey in the meantime
	for _, row := range []struct{ path, want string }{
		{"a", "v/a w/a grant u/a"},
		{"b", "w/a grant u/b"},
		{"c", "w/a grant"},
		{"", "v/a w/a grant u/b u/a"},
	} {
		accounts, err := c.AccountsFor(origin, row.path)
		if got := strings.Join(shown(t, c, accounts), " "); err != nil || got != row.want {
			t.Errorf("for the path %q: %q, %v, want %q", row.path, got, err, row.want)
		}
	}

	damaged := c.pathFile(origin, "b").path
	if err := os.WriteFile(damaged, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AccountsFor(origin, "a"); err != nil {
		t.Errorf("another path's file is damaged: %v", err)
	}
	for _, path := range []string{"b", ""} {
		if _, err := c.AccountsFor(origin, path); err == nil || !strings.Contains(err.Error(), damaged) || !strings.Contains(err.Error(), "for this path only") {
			t.Errorf("for the path %q: %v, want an error that names the file", path, err)
		}
	}
}

// TestStoreLeavesOtherPathsAlone: doorkey neither writes nor reads the files of other
// paths.
func TestStoreLeavesOtherPathsAlone(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	putPasswords(t, c, passwordFor("u", "a", 1), passwordFor("u", "b", 2))
	other := c.pathFile(origin, "b").path
	if err := os.WriteFile(other, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	putPasswords(t, c, passwordFor("u", "a", 3), passwordFor("u", "c", 4))
	locked := lock(t, c, origin)
	defer locked.Unlock()
	if err := locked.Forget(passwordFor("u", "a", 0)); err != nil {
		t.Error(err)
	}
	if content, err := os.ReadFile(other); err != nil || string(content) != "untouched" {
		t.Errorf("another path's file has %q, %v", content, err)
	}
}

// TestTwoOfOnePosition: if a password is both in the origin's file and in its path's file,
// the newer one counts. This happens if a process was killed while it moved passwords, or
// if an older doorkey stored one again.
func TestTwoOfOnePosition(t *testing.T) {
	for _, row := range []struct {
		name             string
		ofPath, ofOrigin int64 // when they were stored
	}{
		{"killed while they were moved", 1, 1},
		{"stored again by an older doorkey", 1, 2},
		{"left by an older doorkey that came to its end later", 2, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			putPasswords(t, c, passwordFor("u", "a", row.ofPath))
			putAsBefore(t, c, passwordFor("u", "a", row.ofOrigin))
			newest := max(row.ofPath, row.ofOrigin)
			for range 2 {
				for _, path := range []string{"a", ""} {
					accounts, err := c.AccountsFor(origin, path)
					if err != nil || len(accounts) != 1 || accounts[0].Obtained.Unix() != newest {
						t.Errorf("for the path %q: %v, %v", path, accounts, err)
					}
				}
				putPasswords(t, c, passwordFor("u", "b", 9)) // this moves it
				forgetOne(t, c, passwordFor("u", "b", 9))
			}
			forgetOne(t, c, passwordFor("u", "a", 0))
			if accounts, err := c.Accounts(origin); err != nil || len(accounts) > 0 {
				t.Errorf("forgotten, and there are %v, %v", accounts, err)
			}
		})
	}
}

func forgetOne(t *testing.T, c *Cache, account Account) {
	t.Helper()
	locked := lock(t, c, origin)
	defer locked.Unlock()
	if err := locked.Forget(account); err != nil {
		t.Fatal(err)
	}
}

// TestRefreshMovesNothing: once a refresh token has been used, doorkey writes only its own
// file. It moves what an older doorkey put there before that, or not at all.
func TestRefreshMovesNothing(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	putAsBefore(t, c, passwordFor("u", "a", 1))
	if err := os.WriteFile(c.pathsDirectory(origin), nil, 0o600); err != nil { // an obstacle
		t.Fatal(err)
	}
	locked := lock(t, c, origin)
	defer locked.Unlock()
	if err := locked.Reserve(t.Context(), InFile); err != nil {
		t.Fatal(err)
	}
	account, secrets := grant("")
	if _, err := locked.Put(t.Context(), InFile, account, secrets); err != nil {
		t.Fatal(err)
	}
	_, accounts, err := c.file(origin).read()
	if got := shown(t, c, accounts); err != nil || !slices.Equal(got, []string{"grant", "u/a"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestFinishedPasswordIsTaken: if a process wrote the password for a path completely and
// was killed before it renamed the file, the next change of that path finishes the change.
func TestFinishedPasswordIsTaken(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	putPasswords(t, c, passwordFor("u", "a", 1))
	file := c.pathFile(origin, "a")
	older, err := os.ReadFile(file.path)
	if err != nil {
		t.Fatal(err)
	}
	putPasswords(t, c, passwordFor("u", "a", 2))
	if err := os.Rename(file.path, file.between()); err != nil {
		t.Fatal(err)
	}
	leave(t, file.path, older)
	putPasswords(t, c, passwordFor("v", "a", 3))
	accounts, err := c.AccountsFor(origin, "a")
	if err != nil || len(accounts) != 2 || accounts[1].Obtained.Unix() != 2 {
		t.Errorf("got %v, %v", accounts, err)
	}
}

// TestFilesOfPathsStayInTheirPlace: a file that was copied or renamed does not count for
// another path or another origin.
func TestFilesOfPathsStayInTheirPlace(t *testing.T) {
	for _, row := range []struct {
		name string
		to   func(c *Cache) string
		want string
	}{
		{"another path's", func(c *Cache) string { return c.pathFile(origin, "b").path }, "belong"},
		{"the origin's", func(c *Cache) string { return c.path(origin, ".json") }, ""}, // as an older doorkey stores it
	} {
		t.Run(row.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			putPasswords(t, c, passwordFor("u", "a", 1))
			if err := os.Rename(c.pathFile(origin, "a").path, row.to(c)); err != nil {
				t.Fatal(err)
			}
			_, err := c.AccountsFor(origin, "b")
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %q", err, row.want)
			}
		})
	}
}

// TestUnknownMembersOfPathsStay is TestUnknownMembersStay for the file of a path.
func TestUnknownMembersOfPathsStay(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	putPasswords(t, c, passwordFor("u", "a", 1))
	path := c.pathFile(origin, "a").path
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(content), `"version": 1,`, `"version": 1, "later": 1,`, 1)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	putPasswords(t, c, passwordFor("v", "a", 2))
	if content, err = os.ReadFile(path); err != nil || strings.Count(string(content), `"later":`) != 1 {
		t.Errorf("written: %s, %v", content, err)
	}
}

// TestManyPaths: with more paths, only the number of files grows.
func TestManyPaths(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	const many = 50
	for i := range many {
		putPasswords(t, c, passwordFor("u", fmt.Sprintf("group/%d.git", i), int64(i)))
	}
	files, err := c.pathFiles(origin)
	if err != nil || len(files) != many {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if info, err := os.Stat(file.path); err != nil || info.Size() > 1000 {
			t.Errorf("%s: %v, %v", file.path, info, err)
		}
	}
	if accounts, err := c.Accounts(origin); err != nil || len(accounts) != many || accounts[0].Path != "group/49.git" {
		t.Errorf("%d accounts, %v", len(accounts), err)
	}
}
