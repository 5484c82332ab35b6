package session_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/session"
)

// listening returns a session whose socket answers until the test closes it.
func listening(t *testing.T, destination string) (session.Session, net.Listener) {
	t.Helper()
	address := filepath.Join(t.TempDir(), "s")
	if session.Network == "tcp" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen(session.Network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return session.Session{Destination: destination, Started: time.Now(), Socket: listener.Addr().String()}, listener
}

func open(t *testing.T, state string, s session.Session) *session.Record {
	t.Helper()
	record, err := session.Open(state, s)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func destinations(state string) string {
	var all []string
	for _, s := range session.List(state) {
		all = append(all, s.Destination)
	}
	return strings.Join(all, " ")
}

// TestList: open sessions are listed with what was asked for. Closed and killed sessions
// leave nothing behind.
func TestList(t *testing.T) {
	state := t.TempDir()
	first, _ := listening(t, "first")
	second, killed := listening(t, "second")
	third, _ := listening(t, "third")
	record := open(t, state, first)
	open(t, state, second)
	closed := open(t, state, third)
	for _, answered := range []bool{true, false, true} {
		if err := record.Add("https://gitlab.example.com", answered, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := destinations(state); got != "first second third" {
		t.Errorf("at first: %q", got)
	}
	if asked := session.List(state)[0].Asked; len(asked) != 1 || asked[0].Count != 3 || asked[0].Answered != 2 {
		t.Errorf("asked for: %+v", asked)
	}
	killed.Close()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if got := destinations(state); got != "first" {
		t.Errorf("at the end: %q", got)
	}
	files, err := os.ReadDir(session.Directory(state))
	if err != nil || len(files) != 1 {
		t.Errorf("files: %v, %v", files, err)
	}
}

// TestAddIsBounded: the other machine can ask for any number of hosts, but the record stays
// small.
func TestAddIsBounded(t *testing.T) {
	state := t.TempDir()
	s, _ := listening(t, "there")
	record := open(t, state, s)
	for i := range 300 {
		if err := record.Add("https://h"+strings.Repeat("x", i)+".example", false, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(session.List(state)[0].Asked); got != 100 {
		t.Errorf("%d hosts", got)
	}
}
