// Package session records the sessions of ssh in which git on another machine may ask
// the doorkey here, and what it asked for. It also asks, on such another machine, who
// answers there.
package session

import (
	"crypto/rand"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Session is a session of ssh in which git on another machine may ask here.
type Session struct {
	Destination string    `json:"destination"` // as it was given to ssh
	Started     time.Time `json:"started"`
	Socket      string    `json:"socket"` // path at which doorkey listens on this machine
	Asked       []Asked   `json:"asked,omitempty"`
}

// Asked is what git on the other machine asked for one host.
type Asked struct {
	Origin   string    `json:"origin"`
	Count    int       `json:"count"`    // questions
	Answered int       `json:"answered"` // those that were answered with an access token
	Last     time.Time `json:"last"`     // question
}

// Directory returns where the records of sessions are in a state directory.
func Directory(state string) string { return filepath.Join(state, "ssh") }

// suffix is how the name of a record ends.
const suffix = ".session"

// Record is the record of one session on disk, which the session itself keeps current.
type Record struct {
	path  string
	mutex sync.Mutex
	now   Session
}

// Open writes a record. It is for this user alone, and has no secret.
func Open(state string, s Session) (*Record, error) {
	directory := Directory(state)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, err
	}
	// In the order of their names, the oldest record is the first.
	name := strconv.FormatInt(s.Started.UnixNano(), 10) + "-" + strings.ToLower(rand.Text())
	r := &Record{path: filepath.Join(directory, name+suffix), now: s}
	return r, r.write()
}

// mostHosts are recorded: the other machine can ask for any number.
const mostHosts = 100

// Add records a question for a host.
func (r *Record) Add(origin string, answered bool, at time.Time) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	i := slices.IndexFunc(r.now.Asked, func(a Asked) bool { return a.Origin == origin })
	switch {
	case i < 0 && len(r.now.Asked) == mostHosts:
		return nil
	case i < 0:
		i = len(r.now.Asked)
		r.now.Asked = append(r.now.Asked, Asked{Origin: origin})
	}
	asked := &r.now.Asked[i]
	asked.Count++
	asked.Last = at
	if answered {
		asked.Answered++
	}
	return r.write()
}

// Close removes the record.
func (r *Record) Close() error { return os.Remove(r.path) }

// write replaces the file, so that nobody reads half of one.
func (r *Record) write() error {
	content, err := json.Marshal(r.now)
	if err != nil {
		return err
	}
	if err := os.WriteFile(r.path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(r.path+".new", r.path)
}

// List returns the open sessions, the oldest first. It removes the records of sessions
// that were killed: nobody answers at their sockets.
func List(state string) []Session {
	records, _ := filepath.Glob(filepath.Join(Directory(state), "*"+suffix))
	var open []Session
	for _, path := range records {
		var s Session
		content, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(content, &s) != nil {
			continue
		}
		if !Answers(s.Socket) {
			os.Remove(path)
			continue
		}
		open = append(open, s)
	}
	return open
}

// Answers reports whether a process listens at a socket.
func Answers(socket string) bool {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}
