package cache

import (
	"encoding/json"
	"os"
	"time"
)

// Failure is a refresh or a sign-in that failed because the server did not answer.
// It concerns who has begun to wait for that process before, and would find the
// same out, as slowly, one after another.
type Failure struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"` // why, for people
}

// IsSince reports whether there is a failure, and it is another one than the one
// of the given time, which was the last before somebody began to wait.
func (f Failure) IsSince(before time.Time) bool { return f.Text != "" && !f.At.Equal(before) }

// NoteFailure tells those who wait to refresh that there is nothing to wait for.
func (l *Locked) NoteFailure(failure Failure) error {
	return noteFailure(l.cache.refreshFailure(l.origin), failure)
}

// ClearFailure forgets what was noted: the server has answered, or nothing is
// kept for it any more.
func (l *Locked) ClearFailure() {
	clearFailure(l.cache.refreshFailure(l.origin))
	clearFailure(l.cache.signInFailure(l.origin))
}

// LastFailure returns the refresh of which NoteFailure was told last, the zero
// value if there is none.
func (c *Cache) LastFailure(origin string) Failure { return c.lastFailure(c.refreshFailure(origin)) }

// NoteFailure tells those who wait to sign in that there is nothing to wait for.
func (s *SignIn) NoteFailure(failure Failure) error {
	return noteFailure(s.cache.signInFailure(s.origin), failure)
}

// ClearFailure forgets what NoteFailure noted.
func (s *SignIn) ClearFailure() { clearFailure(s.cache.signInFailure(s.origin)) }

// LastSignInFailure is LastFailure of sign-ins.
func (c *Cache) LastSignInFailure(origin string) Failure {
	return c.lastFailure(c.signInFailure(origin))
}

// Each note has the lock of who writes it: a refresh and a sign-in may go on at the
// same time.
func (c *Cache) refreshFailure(origin string) string { return c.path(origin, ".failed") }
func (c *Cache) signInFailure(origin string) string  { return c.path(origin, ".sign-in-failed") }

func noteFailure(path string, failure Failure) error {
	content, err := json.Marshal(failure)
	if err != nil {
		return err
	}
	return writePrivate(path, content)
}

func clearFailure(path string) {
	// A note that stays does no harm: it is older than whoever waits next.
	_ = os.Remove(path)
}

func (c *Cache) lastFailure(path string) (last Failure) {
	if c.checkNamed() != nil {
		return Failure{}
	}
	content, err := readPrivate(path)
	if err == nil && json.Unmarshal(content, &last) != nil {
		return Failure{}
	}
	return last
}
