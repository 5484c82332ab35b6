package cache

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFileNamesDiffer(t *testing.T) {
	long := "https://" + strings.Repeat("a", 300)
	names := make(map[string]string)
	for _, origin := range []string{
		"https://gitlab.com", "http://gitlab.com", "https://gitlab.com:8443", "https://gitlab.com.", "https://gitlab-com",
		"https://https-gitlab.com", "https://[::1]", "https://[::1]:8443", "https://b\u00fccher.example", "https://gitlab.com%3a8443",
		"https-gitlab://com", "https://../gitlab.com", long + "1", long + "2",
	} {
		name := strings.ToLower(fileName(origin))
		if other, taken := names[name]; taken {
			t.Errorf("%q and %q are both %q", origin, other, name)
		}
		if len(name) > longestName || strings.ContainsAny(name, `/\:*?"<>| `) || strings.HasPrefix(name, ".") {
			t.Errorf("%q is named %q", origin, name)
		}
		names[name] = origin
	}
}

func TestFresh(t *testing.T) {
	obtained := time.Unix(1700000000, 0)
	for _, row := range []struct {
		name     string
		lifetime time.Duration // 0: none
		after    time.Duration
		want     bool
	}{
		{"no end", 0, 1000 * time.Hour, true},
		{"new", 2 * time.Hour, 0, true},
		{"61 s before its end", 2 * time.Hour, 2*time.Hour - 61*time.Second, true},
		{"a minute before its end", 2 * time.Hour, 2*time.Hour - time.Minute, false},
		{"after its end", 2 * time.Hour, 3 * time.Hour, false},
		{"by a clock that is a little ahead", 2 * time.Hour, -4 * time.Minute, true},
		{"by a clock that was years ahead", 2 * time.Hour, -20000 * time.Hour, false},
		{"short-lived, new", 2 * time.Second, 0, true},
		{"short-lived, in its last tenth", 2 * time.Second, 1900 * time.Millisecond, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			account := Account{Obtained: obtained, TokenEndpoint: origin}
			if row.lifetime > 0 {
				account.Expiry = obtained.Add(row.lifetime)
			}
			if got := account.Fresh(obtained.Add(row.after)); got != row.want {
				t.Errorf("Fresh = %v, want %v", got, row.want)
			}
		})
	}
}

func TestSpent(t *testing.T) {
	now := time.Unix(1700000000, 0)
	grant := Account{TokenEndpoint: origin + "/oauth/token", Obtained: now.Add(-time.Hour)}
	for _, row := range []struct {
		name   string
		change func(*Account)
		want   bool
	}{
		{"does not end", func(*Account) {}, false},
		{"its token is over, and can be refreshed", func(a *Account) { a.Expiry, a.renewable = now, true }, false},
		{"its token was refused, and can be refreshed", func(a *Account) { a.Ended, a.renewable = true, true }, false},
		{"its token is over", func(a *Account) { a.Expiry = now }, true},
		{"its token was refused", func(a *Account) { a.Ended = true }, true},
		{"a password that is over", func(a *Account) { a.TokenEndpoint, a.Expiry = "", now }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			account := grant
			row.change(&account)
			if got := account.Spent(now); got != row.want {
				t.Errorf("Spent = %v, want %v", got, row.want)
			}
		})
	}
}

// damage is what can happen to a file.
type damage struct {
	name string
	do   func(path string) error
	want string // in the error
}

// TestDamage: if a file is not as doorkey wrote it, the error names it, doorkey does not
// change it, and no other origin is affected.
func TestDamage(t *testing.T) {
	for _, row := range append(systemDamages(), []damage{
		{"empty", func(path string) error { return os.Truncate(path, 0) }, "damaged"},
		{"cut short", func(path string) error { return os.Truncate(path, 40) }, "damaged"},
		{"not JSON", func(path string) error { return os.WriteFile(path, []byte("hello"), 0o600) }, "damaged"},
		{"from the future", func(path string) error {
			return os.WriteFile(path, []byte(`{"version":3,"origin":"`+origin+`"}`), 0o600)
		}, "newer doorkey"},
		{"of another origin", func(path string) error {
			return os.WriteFile(path, []byte(`{"version":1,"origin":"https://evil.example"}`), 0o600)
		}, "https://evil.example"},
		{"readable by others", openToOthers, "to make it private again, run: "},
		{"a directory", func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, "not a regular file"},
	}...) {
		t.Run(row.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			account, secrets := grant("")
			put(t, c, InFile, account, secrets)
			path := c.path(origin, ".json")
			if err := row.do(path); err != nil {
				t.Fatal(err)
			}
			_, err := c.Accounts(origin)
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one with %q and the file's name", err, row.want)
			}
			locked := lock(t, c, origin)
			defer locked.Unlock()
			before, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := locked.Put(t.Context(), InFile, account, secrets); err == nil {
				t.Error("wrote over a damaged file")
			}
			if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) || !after.ModTime().Equal(before.ModTime()) {
				t.Errorf("touched a damaged file (%v)", err)
			}
			if _, err := c.Accounts("https://other.example"); err != nil {
				t.Errorf("another origin suffers: %v", err)
			}
		})
	}
}

// TestDirectoryByNameAlone: if doorkey does not know where accounts are stored, it does not
// look for them in the current directory.
func TestDirectoryByNameAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	absolute, err := filepath.Abs("state")
	if err != nil {
		t.Fatal(err)
	}
	account, secrets := grant("")
	put(t, &Cache{Directory: absolute}, InFile, account, secrets)
	before := files(t, "state")
	for _, directory := range []string{"", "state", "."} {
		c := &Cache{Directory: directory}
		_, reading := c.Accounts(origin)
		_, locking := c.Lock(t.Context(), origin, nil)
		_, listing := c.List()
		for _, err := range append(c.Inspect(time.Now()).Problems, reading, locking, listing, c.TryWrite()) {
			if !errors.Is(err, ErrStateDirectory) {
				t.Errorf("%q: error %v, want %v", directory, err, ErrStateDirectory)
			}
		}
	}
	if after := files(t, "state"); !maps.Equal(after, before) {
		t.Errorf("there is now %v", slices.Sorted(maps.Keys(after)))
	}
}

func TestDirectoryOfOthersIsRefused(t *testing.T) {
	directory := t.TempDir()
	if err := openToOthers(directory); err != nil {
		t.Fatal(err)
	}
	c := &Cache{Directory: directory}
	if _, err := c.Lock(t.Context(), origin, nil); err == nil || !strings.HasSuffix(err.Error(), "run: "+privateCommand(directory)) {
		t.Errorf("error %v, want one that says how to take the directory back", err)
	}
}

// obstacle is something that can be in the place of a directory.
type obstacle struct {
	name, path string
	make       func(path string) error
}

// TestFileInTheWay: if something else is in the place of a directory, the error names it
// and says what to do, for every kind of write.
func TestFileInTheWay(t *testing.T) {
	aFile := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	for _, row := range append(systemObstacles(), []obstacle{
		{"a file for the state directory", "local/state/doorkey", aFile},
		{"a file for the one above", "local/state", aFile},
		{"a file further above", "local", aFile},
	}...) {
		t.Run(row.name, func(t *testing.T) {
			home := directoryInOurs(t)
			inTheWay := filepath.Join(home, filepath.FromSlash(row.path))
			if err := errors.Join(os.MkdirAll(filepath.Dir(inTheWay), 0o700), row.make(inTheWay)); err != nil {
				t.Fatal(err)
			}
			c := &Cache{Directory: filepath.Join(home, "local", "state", "doorkey")}
			_, locking := c.Lock(t.Context(), origin, nil)
			want := fmt.Sprintf("\"%s\" is not a directory\nmove it away\nor set DOORKEY_STATE_DIR to a directory that you own", inTheWay)
			for what, err := range map[string]error{"Lock": locking, "TryWrite": c.TryWrite()} {
				if err == nil || !strings.HasSuffix(err.Error(), want) {
					t.Errorf("%s: %v, want %q", what, err, want)
				}
			}
			_, reading := c.Accounts(origin)
			_, listing := c.List()
			for _, err := range append(c.Inspect(time.Now()).Problems, reading, listing) {
				if err != nil && !strings.HasSuffix(err.Error(), want) {
					t.Errorf("reading: %v, want %q, or that nothing is there", err, want)
				}
			}
		})
	}
}

func TestKeyringThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan struct{}, 1)
		k := systemKeyring{patience: time.Minute, slow: func() { told <- struct{}{} }}
		release := make(chan struct{})
		start := time.Now()
		err := k.call(t.Context(), func() error { <-release; return nil })
		if !errors.Is(err, ErrKeyringTimeout) || time.Since(start) != time.Minute {
			t.Errorf("error %v after %v, want %v after a minute", err, time.Since(start), ErrKeyringTimeout)
		}
		select {
		case <-told:
		default:
			t.Error("nobody was told what is waited for")
		}
		close(release)
	})
}

func TestKeyringThatPanics(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	err := systemKeyring{}.call(t.Context(), func() error { panic("nil dereference") })
	if !errors.Is(err, ErrKeyringAbsent) {
		t.Errorf("error %v, want %v", err, ErrKeyringAbsent)
	}
}

// FuzzDecode: reading any content of an account file does not panic, and what was read is
// the same after it is written and read again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"origin":"` + origin + `","accounts":[{"username":"alice","token_endpoint":"` + origin + `/oauth/token","obtained":"2023-11-14T22:13:20Z","key":{"place":"file","id":"00"},"sealed":"AAAA"}]}`))
	f.Add([]byte(`{"version":1,"origin":"` + origin + `","accounts":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		accounts, err := decode(content, origin)
		if err != nil {
			return
		}
		once, err := encode(origin, contents{accounts: accounts})
		if err != nil {
			return // a time that JSON cannot represent
		}
		again, err := decode(once, origin)
		if err != nil {
			t.Fatalf("what was written does not read: %v", err)
		}
		twice, err := encode(origin, contents{accounts: again})
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("written as %s, then as %s (%v)", once, twice, err)
		}
	})
}
