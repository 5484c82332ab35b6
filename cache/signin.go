package cache

import (
	"context"
	"slices"
)

// SignIn is the right to ask the user to sign in to an origin, until End. Only one
// process has it. It prevents others from asking, but not from refreshing, changing or
// removing what is stored: a user can take minutes.
type SignIn struct {
	cache    *Cache
	origin   string
	end      func()
	reserved reservation
}

// AwaitSignIn waits until no other process asks the user to sign in to the origin, and
// then holds that right. It waits as Lock does; AnnouncedSignIn returns what to tell the
// user meanwhile.
//
// Anything that was read before AwaitSignIn may have changed: read again.
func (c *Cache) AwaitSignIn(ctx context.Context, origin string, waiting func()) (*SignIn, error) {
	s := &SignIn{cache: c, origin: origin}
	end, err := c.lockFile(ctx, c.path(origin, ".sign-in-lock"), waiting)
	if err != nil {
		return nil, err
	}
	s.end = end
	s.withdraw() // a killed process may have left an announcement
	c.finishChange(ctx, origin)
	return s, nil
}

// Reserve does for the change after the sign-in what Locked.Reserve does for the next
// Put.
func (s *SignIn) Reserve(ctx context.Context, place KeyPlace) (err error) {
	s.reserved, err = s.cache.reserve(ctx, s.origin, ".sign-in.new", place)
	return err
}

// NewKeyPlace returns the place of the data key that Reserve got, if no grant is
// encrypted with it yet: the user may not know it, since commands that store a password
// do not report it. Otherwise it returns "".
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

// Lock locks the origin as Cache.Lock does, with the reservation of Reserve, and reads
// its accounts. It repeats failed operations for some seconds, as Put does.
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

// End lets another process ask, and frees unused space.
func (s *SignIn) End() {
	s.reserved.release()
	s.withdraw()
	s.end()
}
