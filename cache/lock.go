package cache

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Locked is an origin that only this process may change, until Unlock.
type Locked struct {
	cache    *Cache
	origin   string
	unlock   func()
	reserved reservation
	known    *contents // of the origin's file, after it was read
}

// announceAfter is how long to wait for a lock before calling waiting.
const announceAfter = time.Second

// Lock waits until no other process holds the lock of the origin, then holds it. The
// kernel releases the lock of a process that ends, however it ends. After a second of
// waiting it calls waiting, if not nil. If ctx ends first, it returns the context's
// error.
//
// Anything that was read before Lock may have changed: read again. Lock first completes
// a change that a killed process left unfinished.
func (c *Cache) Lock(ctx context.Context, origin string, waiting func()) (*Locked, error) {
	unlock, err := c.lockFile(ctx, c.path(origin, ".lock"), waiting)
	if err != nil {
		return nil, err
	}
	if err := c.file(origin).takeFinished(); err != nil {
		unlock()
		return nil, err
	}
	return &Locked{cache: c, origin: origin, unlock: unlock}, nil
}

// LockRefresh waits until no other process holds the refresh lock of the origin, then
// holds it until leave. The lock protects nothing: a process that changes an account
// also takes Lock. But of many processes that find the same expired token, only one at a
// time then refreshes it, and the others find the result. After a second of waiting it
// calls waiting, if not nil, as Lock does. If ctx ends first, it returns the context's
// error.
func (c *Cache) LockRefresh(ctx context.Context, origin string, waiting func()) (leave func(), err error) {
	return c.lockFile(ctx, c.path(origin, ".turn-lock"), waiting)
}

// lockFile locks a separate file that is never deleted: deleting it would let two
// processes hold a lock of the same name.
func (c *Cache) lockFile(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	if err := c.checkNamed(); err != nil {
		return nil, err
	}
	if err := makePrivateDirectory(c.Directory); err != nil {
		return nil, err
	}
	made, err := openOwn(path) // another user could hold it forever
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
	if waiting != nil {
		defer time.AfterFunc(announceAfter, waiting).Stop()
	}
	select {
	case r := <-got:
		if r.err != nil {
			return nil, fmt.Errorf(`lock "%s": %v`, path, r.err)
		}
		return func() { r.file.Close() }, nil
	case <-ctx.Done():
		go func() { // the lock may still arrive: release it
			if r := <-got; r.err == nil {
				r.file.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// Unlock lets other processes change the origin, and frees unused space.
func (l *Locked) Unlock() {
	l.reserved.release()
	l.unlock()
}
