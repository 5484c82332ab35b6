package cache

import (
	"context"
	"slices"
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
// and then has the right to. Waiting is as for Lock; AnnouncedSignIn has what to tell
// the person then.
//
// What was read before AwaitSignIn may have changed: read again.
func (c *Cache) AwaitSignIn(ctx context.Context, origin string, waiting func()) (*SignIn, error) {
	s := &SignIn{cache: c, origin: origin}
	end, err := c.lockFile(ctx, c.path(origin, ".sign-in-lock"), waiting)
	if err != nil {
		return nil, err
	}
	s.end = end
	s.withdraw() // what was announced is of a process that was killed
	c.finishChange(ctx, origin)
	return s, nil
}

// Reserve does for the change that comes after the sign-in what Locked.Reserve
// does for the next one.
func (s *SignIn) Reserve(ctx context.Context, place KeyPlace) (err error) {
	s.reserved, err = s.cache.reserve(ctx, s.origin, ".sign-in.new", place)
	return err
}

// NewKeyPlace returns the place of the data key that Reserve has got, if no grant is
// sealed with it yet: the person may not know of it, since what stores a password says
// nothing. Otherwise it is "".
func (s *SignIn) NewKeyPlace() KeyPlace {
	key := s.reserved.key.reference
	all, err := s.cache.List()
	if err != nil {
		return ""
	}
	for _, kept := range all {
		if slices.ContainsFunc(kept.Accounts, func(a Account) bool { return a.IsGrant() && a.key == key }) {
			return ""
		}
	}
	return key.Place
}

// Lock holds the origin as Cache.Lock does, with what Reserve has got, and reads its
// accounts. What fails is tried again for some seconds, as by Put.
func (s *SignIn) Lock(ctx context.Context, waiting func()) (locked *Locked, err error) {
	err = patiently(ctx, func() (err error) {
		if locked, err = s.cache.Lock(ctx, s.origin, waiting); err != nil {
			return err
		}
		if _, err = locked.Accounts(); err != nil {
			locked.Unlock()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	locked.reserved, s.reserved = s.reserved, reservation{}
	if room := locked.reserved.room; room != nil {
		room.moveTo(s.cache.path(s.origin, ".json.new")) // where takeFinished looks
	}
	return locked, nil
}

// End lets another process ask, and gives unused room back.
func (s *SignIn) End() {
	s.reserved.release()
	s.withdraw()
	s.end()
}
