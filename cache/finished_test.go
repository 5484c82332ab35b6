package cache

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
)

// TestFinishedChangeIsTaken: if a process wrote a change completely and was killed before
// it renamed the file, the next process that locks finishes the change. It does nothing in
// all other cases.
func TestFinishedChangeIsTaken(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for _, test := range []struct {
		name   string
		change func(t *testing.T, c *Cache, between string, content []byte) []byte // of the temporary file; nil for none
		taken  bool
	}{
		{"whole and newer", func(_ *testing.T, _ *Cache, _ string, content []byte) []byte { return content }, true},
		{"with padding", func(_ *testing.T, _ *Cache, _ string, content []byte) []byte {
			return append(content, strings.Repeat("\n", 70000)...)
		}, true},
		{"of an older doorkey, by the clock", func(t *testing.T, c *Cache, _ string, content []byte) []byte {
			withoutGeneration(t, c.path(origin, ".json"))
			return bytes.Replace(content, []byte(`"generation": 2,`), nil, 1)
		}, true},
		{"after which an older doorkey has signed in", func(t *testing.T, c *Cache, _ string, content []byte) []byte {
			account, secrets := grant("")
			account.Obtained = later.Add(time.Hour)
			put(t, c, InFile, account, secrets)
			withoutGeneration(t, c.path(origin, ".json"))
			return content
		}, false},
		{"that another change has come after", func(t *testing.T, c *Cache, _ string, content []byte) []byte {
			account, secrets := grant("")
			for range 2 {
				put(t, c, InFile, account, secrets)
			}
			return content
		}, false},
		{"half of it", func(_ *testing.T, _ *Cache, _ string, content []byte) []byte { return content[:len(content)/2] }, false},
		{"a reserve", func(t *testing.T, _ *Cache, between string, _ []byte) []byte {
			leaveRoom(t, between, 1000)
			return nil
		}, false},
		{"blanks", func(_ *testing.T, _ *Cache, _ string, _ []byte) []byte { return []byte("\n\n\n") }, false},
		{"empty", func(_ *testing.T, _ *Cache, _ string, _ []byte) []byte { return []byte{} }, false},
		{"of another origin", func(_ *testing.T, _ *Cache, _ string, content []byte) []byte {
			return bytes.Replace(content, []byte(origin), []byte("https://evil.example"), 1)
		}, false},
		{"where the file is damaged", func(t *testing.T, c *Cache, _ string, content []byte) []byte {
			if err := os.WriteFile(c.path(origin, ".json"), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
			return content
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			between := unfinished(t, c, later)
			content, err := os.ReadFile(between)
			if err != nil {
				t.Fatal(err)
			}
			if content = test.change(t, c, between, content); content != nil {
				leave(t, between, content)
			}
			locked := lock(t, c, origin)
			defer locked.Unlock()
			accounts, err := locked.Accounts()
			if err != nil {
				t.Fatal(err)
			}
			secrets, err := c.Unseal(t.Context(), origin, accounts[0])
			if taken := secrets.AccessToken.Equal(secret.New("newer")); err != nil || taken != test.taken {
				t.Errorf("taken %v, %v", taken, err)
			}
		})
	}
}

// unfinished leaves a grant in the file, and a newer one in the temporary file, as a
// process does that is killed between writing and renaming. It returns the path of the
// temporary file.
func unfinished(t *testing.T, c *Cache, obtained time.Time) (between string) {
	t.Helper()
	account, secrets := grant("")
	put(t, c, InFile, account, secrets)
	older, err := os.ReadFile(c.path(origin, ".json"))
	if err != nil {
		t.Fatal(err)
	}
	account.Obtained, secrets.AccessToken = obtained, secret.New("newer")
	put(t, c, InFile, account, secrets)
	between = c.path(origin, ".json.new")
	if err := os.Rename(c.path(origin, ".json"), between); err != nil {
		t.Fatal(err)
	}
	leave(t, c.path(origin, ".json"), older)
	return between
}

// leave writes a file as doorkey does: only its owner can read it.
func leave(t *testing.T, path string, content []byte) {
	t.Helper()
	file, err := openOwn(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Truncate(int64(len(content))), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// withoutGeneration turns a file into one that an older doorkey wrote.
func withoutGeneration(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(content), "\n")
	for i, line := range lines {
		if strings.Contains(line, `"generation"`) {
			lines[i] = ""
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestForgottenStaysForgotten: finishing a change does not bring back an account that the
// user has logged out of since.
func TestForgottenStaysForgotten(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	unfinished(t, c, time.Now().Add(time.Hour))
	forget(t, c)
	lock(t, c, origin).Unlock()
	if accounts, err := c.Accounts(origin); err != nil || len(accounts) != 0 {
		t.Errorf("got %v, %v", accounts, err)
	}
}

// TestRoomIsWrittenOver: a change overwrites the whole reserve. Nothing of the reserve is
// left, and the file does not grow from change to change.
func TestRoomIsWrittenOver(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	for range 3 {
		locked := lock(t, c, origin)
		account, secrets := grant("")
		if err := locked.Reserve(t.Context(), InFile); err != nil {
			t.Fatal(err)
		}
		if _, err := locked.Put(t.Context(), InFile, account, secrets); err != nil {
			t.Fatal(err)
		}
		locked.Unlock()
		path := c.path(origin, ".json")
		content, err := os.ReadFile(path)
		if err != nil || len(content) > 4000 {
			t.Errorf("%d bytes, %v", len(content), err)
		}
		// This is what a file looks like if the padding could not be cut off.
		if err := os.WriteFile(path, append(content, strings.Repeat("\n", 80000)...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	locked := lock(t, c, origin)
	defer locked.Unlock()
	if err := locked.Reserve(t.Context(), InFile); err != nil || locked.reserved.room.size > roomForGrant+4000 {
		t.Errorf("%d bytes are reserved, %v", locked.reserved.room.size, err)
	}
}

// TestEmptyKeyFiles: a power loss leaves files empty, or full of zeros. An empty key file
// counts as a lost key, and is not a dead end.
func TestEmptyKeyFiles(t *testing.T) {
	for _, pattern := range []string{"file.key-id", "file-*.key"} {
		for name, content := range map[string]string{"empty": "", "a line feed": "\n", "zeros": strings.Repeat("\x00", 17)} {
			t.Run(pattern+" is "+name, func(t *testing.T) {
				c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
				account, secrets := grant("")
				put(t, c, InFile, account, secrets)
				found, err := filepath.Glob(filepath.Join(c.Directory, pattern))
				if err != nil || len(found) != 1 {
					t.Fatal(found, err)
				}
				if err := os.WriteFile(found[0], []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := c.TryKeyFile(t.Context()); err != nil {
					t.Errorf("the doctor finds %v", err)
				}
				kept := put(t, c, InFile, account, secrets)
				if back, err := c.Unseal(t.Context(), origin, kept); err != nil || !equal(back, secrets) {
					t.Errorf("other secrets came back, error %v", err)
				}
			})
		}
	}
}
