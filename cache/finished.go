package cache

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"
)

// takeFinished renames what a process has written, whole, that was ended before it
// got to that itself: it may have been got for a token that is spent. The caller
// holds the origin's lock. A reserve, half of a change, what is older than the file,
// and what doorkey has not made is left for the next change to write over, or to
// refuse.
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
		return nil // Accounts says what is wrong with it
	}
	// What is damaged is older than what is not.
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

// contents are what an account file has in it.
type contents struct {
	accounts   []Account
	generation uint64         // counts the changes; 0 in the file of an older doorkey
	unknown    map[string]any // what another version of doorkey has written beside
}

// unknownIn returns the members at the top of a file that this version does not know.
func unknownIn(content []byte) map[string]any {
	top, err := readObject(content)
	if err != nil {
		return nil
	}
	top.asked = []string{"version", "origin", "generation", "accounts"}
	return top.rest()
}

// isNewer compares two files of one origin. Of those of an older doorkey only the
// clock tells.
func (c contents) isNewer(other contents) bool {
	if other.generation > 0 {
		return c.generation > other.generation
	}
	return c.latest().After(other.latest())
}

// latest is when the last of the accounts was kept.
func (c contents) latest() (latest time.Time) {
	for _, account := range c.accounts {
		if account.Obtained.After(latest) {
			latest = account.Obtained
		}
	}
	return latest
}

// generationOf reads the generation apart from the accounts: a get needs none.
func generationOf(content []byte) uint64 {
	var file struct{ Generation uint64 }
	_ = json.Unmarshal(content, &file) // what is damaged has none
	return file.Generation
}
