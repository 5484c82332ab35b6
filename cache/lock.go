package cache

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Holder is what the process that holds a lock says of itself, for others to
// show while they wait.
type Holder struct {
	Process int       `json:"process"`        // its ID
	Purpose string    `json:"purpose"`        // "sign-in"
	Until   time.Time `json:"until,omitzero"` // when it lets go at the latest
}

// Locked is an origin that this process alone may change, until Unlock.
type Locked struct {
	cache    *Cache
	origin   string
	unlock   func()
	reserved string // a file that holds the room for the next change

	// What Reserve has got: the key for a Put in that place. The keyring may be
	// locked or gone by then.
	reservedPlace KeyPlace
	reservedKey   dataKey

	announced bool
}

// announceAfter is how long a lock is waited for in silence.
const announceAfter = time.Second

// Lock waits until no other process holds the origin, then holds it. The
// kernel frees the lock of a process that ends, however it ends. After a
// second of waiting it calls waiting, if not nil, with what the other says of
// itself. When ctx ends first it returns the context's error.
//
// What was read before Lock may have changed: read again.
func (c *Cache) Lock(ctx context.Context, origin string, waiting func(Holder)) (*Locked, error) {
	path := c.path(origin, ".lock")
	unlock, err := c.lockFile(ctx, path, c.announcer(origin, waiting))
	if err != nil {
		return nil, err
	}
	// What stands there is of a process that was killed.
	os.Remove(holderPath(path))
	return &Locked{cache: c, origin: origin, unlock: unlock}, nil
}

// AwaitTurn waits until no other process has its turn at refreshing the
// origin's grants, then has it until leave. It protects nothing: who changes an
// account takes Lock as well. But of many processes that find the same token
// over, only one at a time then goes about it, and the others find what it got.
// After a second of waiting it calls waiting, if not nil, as Lock does. When ctx
// ends first it returns the context's error.
func (c *Cache) AwaitTurn(ctx context.Context, origin string, waiting func(Holder)) (leave func(), err error) {
	return c.lockFile(ctx, c.path(origin, ".turn.lock"), c.announcer(origin, waiting))
}

// announcer returns what to call when the origin has been waited for too long
// to be silent about it.
func (c *Cache) announcer(origin string, waiting func(Holder)) func() {
	return func() {
		if waiting != nil {
			waiting(readHolder(c.path(origin, ".lock")))
		}
	}
}

// Announce tells those who wait for this lock what it is held for. Until it is
// called they know nothing.
func (l *Locked) Announce(self Holder) {
	self.Process = os.Getpid()
	writeHolder(l.cache.path(l.origin, ".lock"), self)
	l.announced = true
}

// lockFile locks a file of its own that is never deleted: deleting it would
// let two processes hold a lock of the same name.
func (c *Cache) lockFile(ctx context.Context, path string, announce func()) (unlock func(), err error) {
	if err := makePrivateDirectory(c.Directory); err != nil {
		return nil, err
	}
	made, err := openOwn(path) // another user's could be held for ever
	if err != nil {
		return nil, err
	}
	made.Close()
	type result struct {
		file *lockedfile.File
		err  error
	}
	got := make(chan result, 1)
	go func() {
		file, err := lockedfile.OpenFile(path, os.O_RDWR|os.O_CREATE, privateFile)
		got <- result{file, err}
	}()
	if announce != nil {
		defer time.AfterFunc(announceAfter, announce).Stop()
	}
	select {
	case r := <-got:
		if r.err != nil {
			return nil, fmt.Errorf(`lock "%s": %v`, path, r.err)
		}
		return func() { r.file.Close() }, nil
	case <-ctx.Done():
		go func() { // the lock may still come: give it back
			if r := <-got; r.err == nil {
				r.file.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// holderPath is beside the lock and not in it: Windows lets nobody read a
// locked file.
func holderPath(lock string) string { return lock + ".holder" }

func readHolder(lock string) (holder Holder) {
	content, err := readPrivate(holderPath(lock))
	if err == nil {
		// What cannot be read is shown as nothing: the wait is the same.
		_ = json.Unmarshal(content, &holder)
	}
	return holder
}

// writeHolder is a courtesy to those who wait: a full disk, say, is for the
// change itself to report.
func writeHolder(lock string, holder Holder) {
	if content, err := json.Marshal(holder); err == nil {
		_ = writePrivate(holderPath(lock), content)
	}
}

// Unlock lets other processes change the origin, and gives unused room back.
func (l *Locked) Unlock() {
	if l.reserved != "" {
		os.Remove(l.reserved)
	}
	if l.announced {
		os.Remove(holderPath(l.cache.path(l.origin, ".lock")))
	}
	l.unlock()
}
