package cache

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// notes is what commands tell each other about an origin, besides its accounts. Losing a
// note costs only time, so an unreadable file counts as empty.
type notes struct {
	RefreshFailed Failure      `json:"refresh_failed,omitzero"`
	SignInFailed  Failure      `json:"sign_in_failed,omitzero"`
	SignInRefused Refusal      `json:"sign_in_refused,omitzero"` // the user's last refusal
	SignIn        Announcement `json:"sign_in,omitzero"`         // the running sign-in
	DeadGrants    DeadGrants   `json:"dead_grants,omitzero"`     // of servers that allow one for each user and application
}

// Failure is a refresh or a sign-in that failed because the server did not answer. It
// also applies to commands that were already waiting for it: each of them would get the
// same result, just as slowly, one after another.
type Failure struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"` // why, for people
}

// IsSince reports whether there is a failure that differs from the one at the given
// time, which was the last before the caller began to wait.
func (f Failure) IsSince(before time.Time) bool { return f.Text != "" && !f.At.Equal(before) }

// NoteFailure tells processes that wait to refresh that the refresh failed.
func (l *Locked) NoteFailure(failure Failure) error {
	return l.cache.changeNotes(l.origin, func(n *notes) { n.RefreshFailed = failure })
}

// ClearFailure removes recorded failures of refreshes and sign-ins: the server has
// answered.
func (l *Locked) ClearFailure() {
	l.cache.clearNotes(l.origin, func(n *notes) { n.RefreshFailed, n.SignInFailed = Failure{}, Failure{} })
}

// LastFailure returns the last failed refresh; the zero value if none is recorded.
func (c *Cache) LastFailure(origin string) Failure { return c.readNotes(origin).RefreshFailed }

// NoteFailure tells processes that wait for the sign-in that it failed.
func (s *SignIn) NoteFailure(failure Failure) error {
	return s.cache.changeNotes(s.origin, func(n *notes) { n.SignInFailed = failure })
}

// ClearFailure removes what NoteFailure recorded.
func (s *SignIn) ClearFailure() {
	s.cache.clearNotes(s.origin, func(n *notes) { n.SignInFailed = Failure{} })
}

// LastSignInFailure is LastFailure for sign-ins.
func (c *Cache) LastSignInFailure(origin string) Failure { return c.readNotes(origin).SignInFailed }

// readNotes needs no lock: the file is replaced in one step.
func (c *Cache) readNotes(origin string) (n notes) {
	if c.checkNamed() != nil {
		return notes{}
	}
	content, err := readPrivate(c.path(origin, ".notes"))
	if err != nil || json.Unmarshal(content, &n) != nil {
		return notes{}
	}
	return n
}

// notesLockTimeout is how long to wait for the lock of the notes, which others hold for
// milliseconds: longer means that one of them was suspended, and the note is lost.
const notesLockTimeout = 2 * time.Second

// changeNotes edits the notes of an origin. It is called under the origin's lock or
// under that of its sign-ins, which do not exclude each other, and a sign-in cannot wait
// for the former: a refresh holds it as long as a server takes to answer. So notes have
// their own lock, under which nothing else waits.
func (c *Cache) changeNotes(origin string, edit func(*notes)) error {
	ctx, cancel := context.WithTimeout(context.Background(), notesLockTimeout)
	defer cancel()
	unlock, err := c.lockFile(ctx, filepath.Join(c.Directory, "notes.lock"), nil)
	if err != nil {
		return err
	}
	defer unlock()
	for _, suffix := range []string{".failed", ".sign-in-failed", ".refused", ".sign-in.until"} {
		os.Remove(c.path(origin, suffix)) // written by an older doorkey
		os.Remove(c.path(origin, suffix+".new"))
	}
	left := c.readNotes(origin)
	edit(&left)
	path := c.path(origin, ".notes")
	if left == (notes{}) {
		os.Remove(path + ".new") // left by a killed process
		return removeFile(path)
	}
	content, err := json.Marshal(left)
	if err != nil {
		return err
	}
	between, err := openRoom(path + ".new")
	if err != nil {
		return err
	}
	between.unsynced = true
	return between.become(path, content)
}

// clearNotes is changeNotes for an edit that only removes notes: if there are none, it
// locks and writes nothing. A note that remains does no harm: it is older than any
// process that waits next, or soon too old.
func (c *Cache) clearNotes(origin string, edit func(*notes)) {
	before := c.readNotes(origin)
	after := before
	if edit(&after); after != before {
		_ = c.changeNotes(origin, edit)
	}
}
