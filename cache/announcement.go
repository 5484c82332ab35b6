package cache

import "time"

// Announcement is what a sign-in tells those who wait for it, so that the person can
// finish it from there: the command that has asked them may be out of sight, or its
// git be killed. The code that comes of it is worth nothing without the verifier (RFC
// 7636), which only that command has.
type Announcement struct {
	Until    time.Time `json:"until"`               // when it ends at the latest
	Address  string    `json:"address,omitempty"`   // to open; "" before the person is asked
	UserCode string    `json:"user_code,omitempty"` // to enter there, in the device flow
}

// Announce is a courtesy to those who wait: a full disk, say, is for Reserve to report.
func (s *SignIn) Announce(a Announcement) {
	a.Until = a.Until.UTC()
	_ = s.cache.changeNotes(s.origin, func(n *notes) { n.SignIn = a })
}

func (s *SignIn) withdraw() {
	s.cache.clearNotes(s.origin, func(n *notes) { n.SignIn = Announcement{} })
}

// AnnouncedSignIn returns what the sign-in to an origin has announced that goes on
// now; the zero value if there is none, or it has said nothing.
func (c *Cache) AnnouncedSignIn(origin string) Announcement { return c.readNotes(origin).SignIn }
