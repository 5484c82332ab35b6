package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// reservation is what a Put takes and might not get when it is too late to be
// without: the room on the disk, and the data key for a place.
type reservation struct {
	file  string // that holds the room; "" if there is none to give back
	place KeyPlace
	key   dataKey
}

// reserve makes a reservation whose room is in the origin's file with the suffix.
// An account file that cannot be read cannot be changed either.
func (c *Cache) reserve(ctx context.Context, origin, suffix string, place KeyPlace) (reservation, error) {
	if _, err := c.Accounts(origin); err != nil {
		return reservation{}, err
	}
	key, err := c.sealingKey(ctx, place)
	if err != nil {
		return reservation{}, err
	}
	file := c.path(origin, suffix)
	if err := reserveRoom(file, c.room(origin)); err != nil {
		return reservation{}, err
	}
	return reservation{file, place, key}, nil
}

// saveAgain sees to it that what is sealed with a reserved key can be read: a key
// file is gone if the state directory was deleted meanwhile. What else is wrong with
// that file is for its reader to report.
func (c *Cache) saveAgain(ctx context.Context, key dataKey) error {
	if key.reference.Place != InFile {
		return nil
	}
	file := keyFile{directory: c.Directory}
	if _, err := file.load(ctx, key.reference.ID); !errors.Is(err, ErrKeyGone) {
		return nil
	}
	unlock, err := c.lockFile(ctx, filepath.Join(c.Directory, "key.lock"), nil)
	if err != nil {
		return err
	}
	defer unlock()
	return file.save(ctx, key.reference.ID, key.bytes)
}

// room is the size of the origin's file after the next change, in bytes, at the
// most that is likely: what is there and a grant with tokens of a few thousand
// characters.
func (c *Cache) room(origin string) int64 {
	const grant = 64 << 10
	if info, err := os.Lstat(c.path(origin, ".json")); err == nil {
		return info.Size() + grant
	}
	return grant
}

// release gives the room back, if it was not used.
func (r reservation) release() {
	if r.file != "" {
		os.Remove(r.file)
	}
}
