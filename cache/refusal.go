package cache

import "time"

// Refusal is a sign-in that the user was asked for and that did not succeed.
type Refusal struct {
	At    time.Time `json:"at"`
	Count int       `json:"count"` // how often in a row, since someone was at a terminal
}

// NoteRefusal records a refusal for processes that would ask again at once.
func (s *SignIn) NoteRefusal(r Refusal) error {
	r.At = r.At.UTC()
	return s.cache.changeNotes(s.origin, func(n *notes) { n.SignInRefused = r })
}

// ClearRefusal removes what NoteRefusal recorded.
func (s *SignIn) ClearRefusal() {
	s.cache.clearNotes(s.origin, func(n *notes) { n.SignInRefused = Refusal{} })
}

// LastRefusal returns what NoteRefusal recorded last for an origin; the zero value if
// nothing plausible is recorded.
func (c *Cache) LastRefusal(origin string) Refusal { return c.readNotes(origin).SignInRefused }
