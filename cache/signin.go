package cache

import (
	"context"
	"os"
	"strings"
	"time"
)

// SignIn is the right to have a person sign in to an origin, until End. Of all
// processes one has it. It keeps others from asking as well, but nobody from
// refreshing, changing or forgetting what is kept: a person can take minutes.
type SignIn struct {
	cache    *Cache
	origin   string
	end      func()
	reserved reservation
}

// AwaitSignIn waits until no other process has a person sign in to the origin,
// and then has the right to. Waiting is as for Lock, but never nil, and is told
// until when the other's sign-in lasts at the most; the zero time if it has not
// said so.
//
// What was read before AwaitSignIn may have changed: read again.
func (c *Cache) AwaitSignIn(ctx context.Context, origin string, waiting func(until time.Time)) (*SignIn, error) {
	s := &SignIn{cache: c, origin: origin}
	end, err := c.lockFile(ctx, c.path(origin, ".sign-in-lock"), func() { waiting(readTime(s.announcement())) })
	if err != nil {
		return nil, err
	}
	s.end = end
	s.withdraw() // what stands there is of a process that was killed
	return s, nil
}

// Announce tells those who wait until when this sign-in lasts at the most. It is
// a courtesy to them: a full disk, say, is for Reserve to report.
func (s *SignIn) Announce(until time.Time) { _ = writeTime(s.announcement(), until) }

func (s *SignIn) withdraw() { os.Remove(s.announcement()) }

// announcement is beside the lock and not in it: Windows lets nobody read a
// locked file.
func (s *SignIn) announcement() string { return s.cache.path(s.origin, ".sign-in.until") }

// Reserve does for the change that comes after the sign-in what Locked.Reserve
// does for the next one.
func (s *SignIn) Reserve(ctx context.Context, place KeyPlace) (err error) {
	s.reserved, err = s.cache.reserve(ctx, s.origin, ".sign-in.new", place)
	return err
}

// Lock holds the origin as Cache.Lock does, with what Reserve has got.
func (s *SignIn) Lock(ctx context.Context, waiting func()) (*Locked, error) {
	locked, err := s.cache.Lock(ctx, s.origin, waiting)
	if err != nil {
		return nil, err
	}
	locked.reserved, s.reserved = s.reserved, reservation{}
	return locked, nil
}

// NoteRefusal remembers that the person was asked and that nothing came of it, for
// processes that would ask again right away.
func (s *SignIn) NoteRefusal(at time.Time) error { return writeTime(s.cache.refusal(s.origin), at) }

// ClearRefusal forgets what NoteRefusal noted.
func (s *SignIn) ClearRefusal() { s.cache.clearRefusal(s.origin) }

func (c *Cache) clearRefusal(origin string) {
	// A note that stays does no harm: it is a minute old soon.
	_ = os.Remove(c.refusal(origin))
}

func (c *Cache) refusal(origin string) string { return c.path(origin, ".refused") }

// RefusedAt returns when a sign-in to the origin was last refused; the zero
// time if none is noted.
func (c *Cache) RefusedAt(origin string) time.Time {
	if c.checkNamed() != nil {
		return time.Time{}
	}
	return readTime(c.refusal(origin))
}

func writeTime(path string, at time.Time) error {
	return writePrivate(path, []byte(at.UTC().Format(time.RFC3339Nano)+"\n"))
}

// readTime reads what writeTime wrote; the zero time if there is nothing, or
// nothing that can be believed.
func readTime(path string) (at time.Time) {
	content, err := readPrivate(path)
	if err == nil {
		at, _ = time.Parse(time.RFC3339Nano, strings.TrimSpace(string(content)))
	}
	return at
}

// End lets another process ask, and gives unused room back.
func (s *SignIn) End() {
	s.reserved.release()
	s.withdraw()
	s.end()
}
