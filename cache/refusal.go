package cache

import (
	"os"
	"strings"
	"time"
)

// NoteRefusal remembers that a sign-in to the origin was declined or that
// nobody finished it, for processes that would ask again right away.
func (l *Locked) NoteRefusal(at time.Time) error {
	return writePrivate(l.cache.path(l.origin, ".refused"), []byte(at.UTC().Format(time.RFC3339Nano)+"\n"))
}

// ClearRefusal forgets what NoteRefusal noted.
func (l *Locked) ClearRefusal() {
	// A note that stays does no harm: it is a minute old soon.
	_ = os.Remove(l.cache.path(l.origin, ".refused"))
}

// RefusedAt returns when a sign-in to the origin was last refused; the zero
// time if none is noted.
func (c *Cache) RefusedAt(origin string) time.Time {
	content, err := readPrivate(c.path(origin, ".refused"))
	if err != nil {
		return time.Time{}
	}
	at, _ := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(content)))
	return at
}
