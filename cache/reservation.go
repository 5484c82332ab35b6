package cache

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
)

// reservation is what a Put needs and might not get later: the space on the disk, and
// the data key of a place.
type reservation struct {
	room  *room // nil if there is none
	place KeyPlace
	key   dataKey
}

// reserve makes a reservation with space in the origin's file with the suffix. An
// account file that cannot be read cannot be changed either.
func (c *Cache) reserve(ctx context.Context, origin, suffix string, place KeyPlace) (reservation, error) {
	if err := c.checkNamed(); err != nil {
		return reservation{}, err
	}
	content, _, err := c.file(origin).read()
	if err != nil {
		return reservation{}, err
	}
	key, err := c.sealingKey(ctx, place)
	if err != nil {
		return reservation{}, err
	}
	room, err := reserveRoom(c.path(origin, suffix), int64(len(bytes.TrimSpace(content)))+roomForGrant)
	return reservation{room, place, key}, err
}

// saveAgain makes sure that data encrypted with a reserved key can be read: a key file
// is gone if the state directory was deleted meanwhile. Other problems of that file are
// reported when it is read.
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

// roomForGrant is how much larger, in bytes, a file is likely to be at most after the
// next change: by a grant with tokens of a few thousand characters.
const roomForGrant = 64 << 10

// release frees the space if it was not used.
func (r reservation) release() {
	if r.room != nil {
		r.room.release()
	}
}
