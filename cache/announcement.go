package cache

import "time"

// Announcement is what a sign-in tells the processes that wait for it, so that the user
// can finish it there: the command that asked may be out of sight, or its git may be
// killed. The resulting code is useless without the verifier (RFC 7636), which only that
// command has.
type Announcement struct {
	Until    time.Time `json:"until"`               // when the sign-in ends at the latest
	Address  string    `json:"address,omitempty"`   // to open; "" before the user is asked
	UserCode string    `json:"user_code,omitempty"` // to enter there, in the device flow
}

// Announce ignores errors, because announcing is optional: Reserve reports a full disk,
// for example.
func (s *SignIn) Announce(a Announcement) {
	a.Until = a.Until.UTC()
	_ = s.cache.changeNotes(s.origin, func(n *notes) { n.SignIn = a })
}

func (s *SignIn) withdraw() {
	s.cache.clearNotes(s.origin, func(n *notes) { n.SignIn = Announcement{} })
}

// AnnouncedSignIn returns what the running sign-in to an origin has announced; the zero
// value if there is none, or it has announced nothing.
func (c *Cache) AnnouncedSignIn(origin string) Announcement { return c.readNotes(origin).SignIn }
