// Package session records the ssh sessions in which git on another machine may ask the
// doorkey on this machine, and what it asked for. On such another machine, it asks who
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

// Session is an ssh session in which git on another machine may ask here.
type Session struct {
	Destination string    `json:"destination"` // as the user gave it to ssh
	Started     time.Time `json:"started"`
	Socket      string    `json:"socket"` // where doorkey listens on this machine: a path, or on Windows an address
	Asked       []Asked   `json:"asked,omitempty"`
}

// Asked is what git on the other machine asked for one host.
type Asked struct {
	Origin   string    `json:"origin"`
	Count    int       `json:"count"`    // the number of questions
	Answered int       `json:"answered"` // how many were answered with an access token
	Last     time.Time `json:"last"`     // the time of the last question
}

// Directory returns the directory of the records of sessions inside a state directory.
func Directory(state string) string { return filepath.Join(state, "ssh") }

// suffix is the end of a record's file name.
const suffix = ".session"

// Record is the record of one session on disk. The session itself updates it.
type Record struct {
	path  string
	mutex sync.Mutex
	now   Session
}

// Open writes a record. Only this user can read it, and it contains no secret.
func Open(state string, s Session) (*Record, error) {
	directory := Directory(state)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, err
	}
	// The oldest record is first in the order of names.
	name := strconv.FormatInt(s.Started.UnixNano(), 10) + "-" + strings.ToLower(rand.Text())
	r := &Record{path: filepath.Join(directory, name+suffix), now: s}
	return r, r.write()
}

// mostHosts limits the recorded hosts, because the other machine can ask for any number.
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

func (r *Record) write() error {
	content, err := json.Marshal(r.now)
	if err != nil {
		return err
	}
	return Replace(r.path, content)
}

// Replace writes a file that only this user can read. It replaces an old file in one step,
// so that no process reads a partial file.
func Replace(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// List returns the open sessions, the oldest first. It removes the records of killed
// sessions, because nothing answers at their sockets.
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
	connection, err := net.Dial(Network, socket)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}
