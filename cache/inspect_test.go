//go:build !windows

package cache

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestInspect(t *testing.T) {
	now := time.Now()
	write := func(t *testing.T, path, content string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	accounts := fileName(origin) + ".json"
	for _, row := range []struct {
		name   string
		damage func(t *testing.T, directory string)
		want   string // in the only problem; "" means no problem
		left   []string
	}{
		{"all well", func(*testing.T, string) {}, "", nil},
		{"a directory that others can read", func(t *testing.T, directory string) { os.Chmod(directory, 0o755) }, "other users can read", nil},
		{"an account file that others can read", func(t *testing.T, directory string) {
			os.Chmod(filepath.Join(directory, accounts), 0o644)
		}, "revoke them on the server", nil},
		{"a damaged account file", func(t *testing.T, directory string) {
			write(t, filepath.Join(directory, accounts), "{", 0o600)
		}, "to start again for this host only, move that file away", nil},
		{"an account file of a later version", func(t *testing.T, directory string) {
			write(t, filepath.Join(directory, accounts), `{"version":9,"origin":"`+origin+`"}`, 0o600)
		}, "newer doorkey", nil},
		{"an account file that was renamed", func(t *testing.T, directory string) {
			os.Rename(filepath.Join(directory, accounts), filepath.Join(directory, "https-example.com.json"))
		}, "belong", nil},
		{"a symbolic link for an account file", func(t *testing.T, directory string) {
			os.Rename(filepath.Join(directory, accounts), filepath.Join(directory, "elsewhere"))
			os.Symlink("elsewhere", filepath.Join(directory, accounts))
		}, accounts, nil},
		{"a key that others can read", func(t *testing.T, directory string) {
			write(t, filepath.Join(directory, "file-00.key"), "", 0o600)
			os.Chmod(filepath.Join(directory, "file-00.key"), 0o640)
		}, "file-00.key", nil},
		{"what a killed process left", func(t *testing.T, directory string) {
			for _, name := range []string{"old.json.new", "new.json.new"} {
				write(t, filepath.Join(directory, name), "", 0o600)
			}
			old := now.Add(-2 * time.Hour)
			os.Chtimes(filepath.Join(directory, "old.json.new"), old, old)
		}, "", []string{"old.json.new"}},
		{"passwords for paths", func(*testing.T, string) {}, "", nil},
		{"a directory of paths that others can read", func(t *testing.T, directory string) {
			os.Chmod(filepath.Join(directory, fileName(origin)+".paths"), 0o755)
		}, "other users can read", nil},
		{"a damaged file of a path", func(t *testing.T, directory string) {
			write(t, filepath.Join(directory, pathOfTests), "{", 0o600)
		}, "to start again for this path only, move that file away", nil},
		{"a file of a path that was renamed", func(t *testing.T, directory string) {
			os.Rename(filepath.Join(directory, pathOfTests), filepath.Join(directory, fileName(origin)+".paths", "0.json"))
		}, "belong", nil},
		{"a directory of paths that was renamed", func(t *testing.T, directory string) {
			os.Rename(filepath.Join(directory, fileName(origin)+".paths"), filepath.Join(directory, "https-example.com.paths"))
		}, "belong", nil},
		{"what a process that was killed left for a path", func(t *testing.T, directory string) {
			path := filepath.Join(directory, pathOfTests+".new")
			write(t, path, "", 0o600)
			os.Chtimes(path, now.Add(-2*time.Hour), now.Add(-2*time.Hour))
		}, "", []string{pathFileName("a") + ".new"}},
		{"notes of long ago, also of an older doorkey", func(t *testing.T, directory string) {
			for _, suffix := range append(formerNotes, ".notes") {
				path := filepath.Join(directory, fileName(origin)+suffix)
				write(t, path, "?", 0o600)
				os.Chtimes(path, time.Unix(0, 0), time.Unix(0, 0))
			}
		}, "", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			account, secrets := grant("")
			put(t, c, InFile, account, secrets)
			putPasswords(t, c, passwordFor("u", "a", 1))
			row.damage(t, c.Directory)
			found := c.Inspect(now)
			if !found.Exists {
				t.Error("the directory is not found")
			}
			switch {
			case row.want == "" && (len(found.Problems) > 0 || found.Hosts != 1):
				t.Errorf("problems %v, %d hosts", found.Problems, found.Hosts)
			case row.want != "" && (len(found.Problems) != 1 || !strings.Contains(found.Problems[0].Error(), row.want)):
				t.Errorf("problems %q, want one with %q", found.Problems, row.want)
			}
			var left []string
			for _, path := range found.Abandoned {
				left = append(left, filepath.Base(path))
			}
			if !reflect.DeepEqual(left, row.left) {
				t.Errorf("abandoned %q, want %q", left, row.left)
			}
		})
	}
}

func TestInspectNothing(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "none", "state")}
	if found := c.Inspect(time.Now()); !reflect.DeepEqual(found, Inspection{}) {
		t.Errorf("got %+v", found)
	}
	if err := c.TryWrite(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(filepath.Dir(c.Directory))); len(left) > 0 {
		t.Errorf("the trial left %v", left)
	}
}

func TestInspectWhatIsNoDirectory(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	if err := os.WriteFile(c.Directory, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if found := c.Inspect(time.Now()); len(found.Problems) != 1 || !strings.Contains(found.Problems[0].Error(), "is not a directory") {
		t.Errorf("got %v", found.Problems)
	}
	if c.TryWrite() == nil {
		t.Error("a trial in a file succeeded")
	}
}
