package cache

import (
	"encoding/json"
	"os"
	"time"
)

// Failure is a refresh that failed because the server did not answer.
type Failure struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"` // why, for people
}

// NoteFailure tells those who wait for this process that there is nothing to
// wait for: they would find the same out one after another, each as slowly.
func (l *Locked) NoteFailure(failure Failure) error {
	content, err := json.Marshal(failure)
	if err != nil {
		return err
	}
	return writePrivate(l.cache.failure(l.origin), content)
}

// ClearFailure forgets what NoteFailure noted.
func (l *Locked) ClearFailure() {
	// A note that stays does no harm: it is older than whoever waits next.
	_ = os.Remove(l.cache.failure(l.origin))
}

// LastFailure returns what NoteFailure noted last, the zero value if there is
// nothing. It concerns who has begun to wait before: for whom it is another one
// than at that time.
func (c *Cache) LastFailure(origin string) (last Failure) {
	content, err := readPrivate(c.failure(origin))
	if err == nil && json.Unmarshal(content, &last) != nil {
		return Failure{}
	}
	return last
}

func (c *Cache) failure(origin string) string { return c.path(origin, ".failed") }
