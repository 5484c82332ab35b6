package cache

import "time"

// Refusal is a sign-in that the person was asked for, and that nothing came of.
type Refusal struct {
	At    time.Time `json:"at"`
	Count int       `json:"count"` // how often in a row, since somebody was there
}

// NoteRefusal remembers a refusal for processes that would ask again right away.
func (s *SignIn) NoteRefusal(r Refusal) error {
	r.At = r.At.UTC()
	return s.cache.changeNotes(s.origin, func(n *notes) { n.SignInRefused = r })
}

// ClearRefusal forgets what NoteRefusal noted.
func (s *SignIn) ClearRefusal() {
	s.cache.clearNotes(s.origin, func(n *notes) { n.SignInRefused = Refusal{} })
}

// LastRefusal returns what NoteRefusal noted last for an origin; the zero value if
// nothing is noted, or nothing that can be believed.
func (c *Cache) LastRefusal(origin string) Refusal { return c.readNotes(origin).SignInRefused }
