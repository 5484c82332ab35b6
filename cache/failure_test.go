package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFailure(t *testing.T) {
	for _, test := range []struct {
		name string
		note func(*Locked, *SignIn, Failure) error
		last func(*Cache, string) Failure
		path func(*Cache, string) string
	}{
		{"of a refresh", func(l *Locked, _ *SignIn, f Failure) error { return l.NoteFailure(f) }, (*Cache).LastFailure, (*Cache).refreshFailure},
		{"of a sign-in", func(_ *Locked, s *SignIn, f Failure) error { return s.NoteFailure(f) }, (*Cache).LastSignInFailure, (*Cache).signInFailure},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
			locked := lock(t, c, origin)
			defer locked.Unlock()
			signIn, err := c.AwaitSignIn(t.Context(), origin, func(time.Time) {})
			if err != nil {
				t.Fatal(err)
			}
			defer signIn.End()
			none := Failure{}
			if last := test.last(c, origin); last != none || last.IsSince(time.Time{}) {
				t.Errorf("before any: %v", last)
			}
			noted := Failure{At: time.Unix(1700000000, 123456789).UTC(), Text: "no answer in time\ncheck the network"}
			if err := test.note(locked, signIn, noted); err != nil {
				t.Fatal(err)
			}
			last := test.last(c, origin)
			if last != noted || !last.IsSince(time.Time{}) || !last.IsSince(noted.At.Add(-time.Hour)) {
				t.Errorf("got %v, want %v", last, noted)
			}
			if last.IsSince(noted.At.Local()) {
				t.Error("it concerns somebody who came after it")
			}
			if last := test.last(c, "https://other.example"); last != none {
				t.Errorf("another origin has %v", last)
			}
			if refresh, signIn := c.LastFailure(origin), c.LastSignInFailure(origin); refresh == signIn {
				t.Errorf("a refresh and a sign-in have the same: %v", refresh)
			}
			if err := os.Truncate(test.path(c, origin), 10); err != nil {
				t.Fatal(err)
			}
			if last := test.last(c, origin); last != none {
				t.Errorf("a note that is damaged says %v", last)
			}
			locked.ClearFailure()
			if _, err := os.Stat(test.path(c, origin)); !os.IsNotExist(err) {
				t.Errorf("it stays: %v", err)
			}
			for name, clear := range map[string]func(){"refresh": locked.ClearFailure, "sign-in": signIn.ClearFailure} {
				if err := test.note(locked, signIn, noted); err != nil {
					t.Fatal(err)
				}
				clear()
				stays := test.name == "of a refresh" && name == "sign-in"
				if _, err := os.Stat(test.path(c, origin)); os.IsNotExist(err) == stays {
					t.Errorf("after a %s: %v", name, err)
				}
			}
		})
	}
}

// TestFailureOfNobody: without a state directory, what lies where the program runs
// is no note of doorkey's.
func TestFailureOfNobody(t *testing.T) {
	t.Chdir(t.TempDir())
	c := &Cache{}
	for _, path := range []string{c.refreshFailure(origin), c.signInFailure(origin)} {
		if err := os.WriteFile(path, []byte(`{"text":"planted"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if refresh, signIn := c.LastFailure(origin), c.LastSignInFailure(origin); refresh.Text != "" || signIn.Text != "" {
		t.Errorf("believes %v and %v", refresh, signIn)
	}
}
