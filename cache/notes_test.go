package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// formerNotes are the suffixes of the files in which an older doorkey stored its notes.
var formerNotes = []string{".failed", ".sign-in-failed", ".refused", ".sign-in.until"}

// everyNote has a note of each kind.
var everyNote = notes{
	RefreshFailed: Failure{At: time.Unix(1700000000, 123456789).UTC(), Text: "no answer in time\ncheck the network"},
	SignInFailed:  Failure{At: time.Unix(1700000001, 0).UTC(), Text: "cannot talk to it"},
	SignInRefused: Refusal{At: time.Unix(1700000002, 3).UTC(), Count: 2},
	SignIn:        Announcement{Until: time.Unix(1700000003, 0).UTC(), Address: "https://h.example/device", UserCode: "ABCD"},
	DeadGrants:    DeadGrants{At: time.Unix(1700000004, 0).UTC(), Count: 1, Username: "work", ClientID: "id"},
}

// holder is a process that holds an origin's lock and its sign-in lock.
type holder struct {
	*Cache
	locked *Locked
	signIn *SignIn
}

func newHolder(t *testing.T) holder {
	t.Helper()
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	h := holder{c, lock(t, c, origin), signIn(t, c)}
	t.Cleanup(h.locked.Unlock)
	t.Cleanup(h.signIn.End)
	return h
}

func (h holder) noteAll(t *testing.T) {
	t.Helper()
	err := errors.Join(h.locked.NoteFailure(everyNote.RefreshFailed), h.signIn.NoteFailure(everyNote.SignInFailed), h.signIn.NoteRefusal(everyNote.SignInRefused))
	if err != nil {
		t.Fatal(err)
	}
	h.signIn.Announce(everyNote.SignIn)
	at := everyNote.DeadGrants.At
	if count := h.locked.NoteDeadGrant(Account{Username: "work", ClientID: "id", Obtained: at}, at); count != 1 {
		t.Errorf("%d dead grants are noted", count)
	}
}

func (h holder) wants(t *testing.T, want notes) {
	t.Helper()
	if got := h.readNotes(origin); got != want {
		t.Errorf("noted is %+v, want %+v", got, want)
	}
	if _, err := os.Stat(h.path(origin, ".notes")); os.IsNotExist(err) != (want == notes{}) {
		t.Errorf("the file of these notes: %v", err)
	}
}

// TestNotes: each note exists until it is cleared, whatever other notes are written, and
// belongs to its own origin.
func TestNotes(t *testing.T) {
	for _, row := range []struct {
		name  string
		clear func(holder)
		left  func(*notes)
	}{
		{"all of them", func(holder) {}, func(*notes) {}},
		{"a refresh succeeds", func(h holder) { h.locked.ClearFailure() }, func(n *notes) { n.RefreshFailed, n.SignInFailed = Failure{}, Failure{} }},
		{"a sign-in is answered", func(h holder) { h.signIn.ClearFailure() }, func(n *notes) { n.SignInFailed = Failure{} }},
		{"a sign-in succeeds", func(h holder) { h.signIn.ClearRefusal() }, func(n *notes) { n.SignInRefused = Refusal{} }},
		{"a sign-in ends", func(h holder) { h.signIn.withdraw() }, func(n *notes) { n.SignIn = Announcement{} }},
		{"another failure", func(h holder) { h.signIn.NoteFailure(everyNote.RefreshFailed) }, func(n *notes) { n.SignInFailed = everyNote.RefreshFailed }},
		{"all is well again", func(h holder) {
			h.signIn.withdraw()
			h.signIn.ClearRefusal()
			h.locked.ClearFailure()
		}, func(n *notes) { *n = notes{DeadGrants: n.DeadGrants} }},
		{"the last account goes", func(h holder) { forgetWhere(h.locked, func(Account) bool { return true }) }, func(n *notes) { *n = notes{} }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHolder(t)
			h.wants(t, notes{})
			h.noteAll(t)
			row.clear(h)
			want := everyNote
			row.left(&want)
			h.wants(t, want)
			if h.LastFailure(origin) != want.RefreshFailed || h.LastSignInFailure(origin) != want.SignInFailed || h.LastRefusal(origin) != want.SignInRefused {
				t.Errorf("told is another one than %+v", want)
			}
			if other := h.readNotes("https://other.example"); other != (notes{}) {
				t.Errorf("another origin has %+v", other)
			}
		})
	}
}

func TestFailureIsSince(t *testing.T) {
	for _, row := range []struct {
		name   string
		last   Failure
		before time.Time
		want   bool
	}{
		{"none", Failure{}, time.Time{}, false},
		{"the first", everyNote.RefreshFailed, time.Time{}, true},
		{"another one", everyNote.RefreshFailed, everyNote.RefreshFailed.At.Add(-time.Hour), true},
		{"an earlier time: the clock was set back", everyNote.RefreshFailed, everyNote.RefreshFailed.At.Add(time.Hour), true},
		{"the one that was there", everyNote.RefreshFailed, everyNote.RefreshFailed.At.Local(), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.last.IsSince(row.before); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// TestNotesOfTwoLocks: a refresh and a sign-in hold different locks and run at the same
// time. Neither loses the other's notes.
func TestNotesOfTwoLocks(t *testing.T) {
	h := newHolder(t)
	h.signIn.Announce(everyNote.SignIn)
	var writers sync.WaitGroup
	writers.Go(func() {
		for i := range 100 {
			want := Failure{At: everyNote.RefreshFailed.At.Add(time.Duration(i)), Text: fmt.Sprint("refresh ", i)}
			if err := h.locked.NoteFailure(want); err != nil || h.LastFailure(origin) != want {
				t.Errorf("got %v (%v), want %v", h.LastFailure(origin), err, want)
			}
		}
	})
	writers.Go(func() {
		for i := range 100 {
			at := Refusal{At: everyNote.SignInRefused.At.Add(time.Duration(i)), Count: i}
			if err := h.signIn.NoteRefusal(at); err != nil || h.LastRefusal(origin) != at {
				t.Errorf("got %v (%v), want %v", h.LastRefusal(origin), err, at)
			}
			if h.signIn.ClearRefusal(); h.LastRefusal(origin) != (Refusal{}) {
				t.Errorf("a refusal stays: %v", h.LastRefusal(origin))
			}
		}
	})
	writers.Wait()
	h.wants(t, notes{RefreshFailed: Failure{At: everyNote.RefreshFailed.At.Add(99), Text: "refresh 99"}, SignIn: everyNote.SignIn})
}

// TestNotesBesideAStoppedProcess: if a process is stopped while it writes a note, other
// processes lose their notes and nothing else.
func TestNotesBesideAStoppedProcess(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	stopped, err := c.lockFile(t.Context(), filepath.Join(c.Directory, "notes.lock"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stopped()
	s := signIn(t, c)
	defer s.End()
	if err := s.NoteRefusal(everyNote.SignInRefused); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that of a wait that was long enough", err)
	}
	account, secrets := grant("")
	locked, err := s.Lock(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	if _, err := locked.Put(t.Context(), InFile, account, secrets); err != nil {
		t.Error(err)
	}
}

// TestNotesThatCannotBeRead: doorkey ignores such notes, and the next note replaces them.
func TestNotesThatCannotBeRead(t *testing.T) {
	for _, row := range append(systemDamages(), []damage{
		{"empty", func(path string) error { return os.Truncate(path, 0) }, ""},
		{"cut short", func(path string) error { return os.Truncate(path, 150) }, ""},
		{"no JSON", func(path string) error { return os.WriteFile(path, []byte("2023-11-14T22:13:20Z\n"), 0o600) }, ""},
		{"no object", func(path string) error { return os.WriteFile(path, []byte("[]"), 0o600) }, ""},
		{"a time that is none", func(path string) error {
			return os.WriteFile(path, []byte(`{"refresh_failed":{"at":"2023-11-14T22:13:20Z","text":"why"},"sign_in":{"until":"soon"}}`), 0o600)
		}, ""},
		{"open to others", openToOthers, ""},
	}...) {
		t.Run(row.name, func(t *testing.T) {
			h := newHolder(t)
			h.noteAll(t)
			if err := row.do(h.path(origin, ".notes")); err != nil {
				t.Fatal(err)
			}
			if got := h.readNotes(origin); got != (notes{}) {
				t.Errorf("believes %+v", got)
			}
			if err := h.signIn.NoteRefusal(everyNote.SignInRefused); err != nil {
				t.Error(err)
			}
			h.wants(t, notes{SignInRefused: everyNote.SignInRefused})
		})
	}
}

// TestFormerNotes: doorkey ignores the notes of an older doorkey, and removes them with the
// first note or with the last account.
func TestFormerNotes(t *testing.T) {
	for name, change := range map[string]func(holder) error{
		"first note":   func(h holder) error { return h.locked.NoteFailure(everyNote.RefreshFailed) },
		"last account": func(h holder) error { return forgetWhere(h.locked, func(Account) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHolder(t)
			failure, err := json.Marshal(everyNote.SignInFailed)
			if err != nil {
				t.Fatal(err)
			}
			for _, suffix := range formerNotes {
				content := failure
				if !strings.HasSuffix(suffix, "failed") {
					content = []byte("2023-11-14T22:13:20Z\n")
				}
				for _, path := range []string{h.path(origin, suffix), h.path(origin, suffix+".new")} {
					if err := os.WriteFile(path, content, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			h.wants(t, notes{})
			if err := change(h); err != nil {
				t.Fatal(err)
			}
			left, err := filepath.Glob(h.path(origin, "*"))
			left = slices.DeleteFunc(left, func(path string) bool { return strings.HasSuffix(path, "lock") || strings.HasSuffix(path, ".notes") })
			if err != nil || len(left) > 0 {
				t.Errorf("left: %q, %v", left, err)
			}
		})
	}
}

// TestNotesOfNobody: without a state directory, doorkey does not read notes from the
// current directory.
func TestNotesOfNobody(t *testing.T) {
	t.Chdir(t.TempDir())
	c := &Cache{}
	content, err := json.Marshal(everyNote)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.path(origin, ".notes"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.readNotes(origin); got != (notes{}) {
		t.Errorf("believes %+v", got)
	}
	if err := c.changeNotes(origin, func(n *notes) { *n = notes{} }); !errors.Is(err, ErrStateDirectory) {
		t.Errorf("error %v, want %v", err, ErrStateDirectory)
	}
}

// TestSuffixesDiffer: no file of one origin can be mistaken for a file of another origin
// whose name ends in a suffix.
func TestSuffixesDiffer(t *testing.T) {
	suffixes := append([]string{".json", ".json.new", ".sign-in.new", ".lock", ".turn-lock", ".sign-in-lock", ".notes", ".notes.new"}, formerNotes...)
	for _, one := range suffixes {
		for _, other := range suffixes {
			if one != other && strings.HasSuffix(one, other) {
				t.Errorf("%s of a host is %s of another", one, other)
			}
		}
	}
}
