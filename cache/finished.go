package cache

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"
)

// takeFinished renames a complete file that a process wrote before it was killed: its
// content may have come from a token that is used up. The caller holds the origin's
// lock. It leaves other files for the next change to overwrite or reject: a reserve,
// half of a change, a file older than the current one, and one that doorkey did not
// create.
func (f accountFile) takeFinished() error {
	info, err := os.Lstat(f.between())
	if err != nil || hasOtherNames(info) {
		return nil
	}
	finished, err := readPrivate(f.between())
	if err != nil {
		return nil
	}
	changed, err := f.decodeContents(finished)
	if err != nil {
		return nil
	}
	there, err := readPrivate(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil // Accounts reports what is wrong with it
	}
	// A damaged file counts as older than an intact one.
	if current, _ := f.decodeContents(there); !changed.isNewer(current) {
		return nil
	}
	return (&room{path: f.between()}).rename(f.path)
}

// finishChange is takeFinished for a process that does not hold the lock.
func (c *Cache) finishChange(ctx context.Context, origin string) {
	if _, err := os.Lstat(c.path(origin, ".json.new")); err != nil {
		return
	}
	if locked, err := c.Lock(ctx, origin, nil); err == nil {
		locked.Unlock()
	}
}

// contents is the content of an account file.
type contents struct {
	accounts   []Account
	generation uint64         // counts the changes; 0 in the file of an older doorkey
	unknown    map[string]any // members that another version of doorkey has written
}

// unknownIn returns the top-level members of a file that this version does not know.
func unknownIn(content []byte) map[string]any {
	top, err := readObject(content)
	if err != nil {
		return nil
	}
	top.asked = []string{"version", "origin", "generation", "accounts"}
	return top.rest()
}

// isNewer compares two files of one origin. For those of an older doorkey, only the
// clock decides.
func (c contents) isNewer(other contents) bool {
	if other.generation > 0 {
		return c.generation > other.generation
	}
	return c.latest().After(other.latest())
}

// latest returns when the last of the accounts was stored.
func (c contents) latest() (latest time.Time) {
	for _, account := range c.accounts {
		if account.Obtained.After(latest) {
			latest = account.Obtained
		}
	}
	return latest
}

// generationOf reads the generation separately from the accounts: a get does not need
// it.
func generationOf(content []byte) uint64 {
	var file struct{ Generation uint64 }
	_ = json.Unmarshal(content, &file) // a damaged file has none
	return file.Generation
}
