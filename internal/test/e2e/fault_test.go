package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// fileChange is what a command does to the stored password.
type fileChange struct {
	name, verb, request, password string // the password after the change; "" for none

	path    string // of the stored password
	isOlder bool   // the password is in the origin's file, where an older doorkey stores those for a path
}

// TestEveryFileOperationFails makes each system call of a change to a file of the cache
// fail in turn, or kills the process at it. After each fault, the old account or the new
// one exists (or none, after an erase). The next change succeeds, because the lock is free.
func TestEveryFileOperationFails(t *testing.T) {
	parts.Long(t)
	parts.Strace(t)
	changes := []fileChange{
		{name: "store", verb: "store", request: "password=new\n", password: "new"},
		{name: "erase", verb: "erase"},
		{name: "store for a path", verb: "store", request: "path=a\npassword=new\n", password: "new", path: "a"},
		{name: "store for another path", verb: "store", request: "path=b\npassword=new\n", password: "old", path: "a"},
		{name: "erase for a path", verb: "erase", request: "path=a\n", path: "a"},
		{name: "store for every path", verb: "store", request: "password=new\n", password: "", path: "a"},
		{name: "store for a path in an older file", verb: "store", request: "path=a\npassword=new\n", password: "new", path: "a", isOlder: true},
		{name: "store for another path beside an older file", verb: "store", request: "path=b\npassword=new\n", password: "old", path: "a", isOlder: true},
		{name: "erase for a path in an older file", verb: "erase", request: "path=a\n", path: "a", isOlder: true},
	}
	calls := []string{"openat", "read", "write", "pwrite64", "ftruncate", "fsync", "renameat", "newfstatat", "fstat", "flock", "unlinkat", "mkdirat", "close"}
	for _, call := range calls {
		for _, fault := range []string{"error=EIO", "error=ENOSPC", "signal=KILL"} {
			for _, change := range changes {
				if change.path != "" && !isOfChange(call, fault) {
					continue
				}
				t.Run(change.name+" "+call+" "+fault, func(t *testing.T) {
					t.Parallel()
					const most = 60 // the same call in one change
					for n := 1; n <= most; n++ {
						if !faultOnce(t, change, fmt.Sprintf("inject=%s:%s:when=%d", call, fault, n)) {
							return
						}
					}
					t.Errorf("still %s after %d of them", call, most)
				})
			}
		}
	}
}

// isOfChange selects the faults for passwords for one path, because most of their code is
// the same as for the others. It selects the calls that change something.
func isOfChange(call, fault string) bool {
	switch call {
	case "openat", "mkdirat":
		return fault == "error=EIO"
	case "pwrite64", "fsync", "renameat", "unlinkat":
		return fault != "error=ENOSPC"
	}
	return false
}

// faultOnce changes a password with one fault and checks the password after that. It
// reports whether the fault occurred.
func faultOnce(t *testing.T, change fileChange, fault string) bool {
	t.Helper()
	s := state{t, filepath.Join(t.TempDir(), "state"), change.path}
	s.mustStore("old")
	if change.isOlder {
		s.makeOlder()
	}
	trace := filepath.Join(t.TempDir(), "trace")
	arguments := []string{"-f", "-o", trace, "-e", fault, "-P", s.directory}
	for _, name := range []string{"https-h.example.json", "https-h.example.json.new", "https-h.example.lock", "key.lock", "file.key-id", pathsOfTests} {
		arguments = append(arguments, "-P", filepath.Join(s.directory, name))
	}
	for _, path := range []string{"a", "b"} {
		file := filepath.Join(s.directory, pathsOfTests, fileOfPath(path))
		arguments = append(arguments, "-P", file, "-P", file+".new")
	}
	keys, err := filepath.Glob(filepath.Join(s.directory, "*.key"))
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %v, %v", keys, err)
	}
	arguments = append(arguments, "-P", keys[0], "git-credential-doorkey", change.verb)
	output, failure := s.run(change.request, "strace", arguments...) // it may fail

	if got := s.password(); got != "old" && got != change.password {
		t.Errorf("%s: the password is %q\n%v\n%s", fault, got, failure, output)
	}
	s.mustStore("next")
	if got := s.password(); got != "next" {
		t.Errorf("%s: after another change the password is %q", fault, got)
	}
	traced, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(traced), "INJECTED") || strings.Contains(string(traced), "killed by SIGKILL")
}

// pathsOfTests is the directory of passwords for one path.
const pathsOfTests = "https-h.example.paths"

// fileOfPath is the name of a path's file in that directory.
func fileOfPath(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:16]) + ".json"
}

// state is a state directory with one password in it.
type state struct {
	t         *testing.T
	directory string
	path      string // of the password; "" for every path
}

// makeOlder moves the password into the origin's file, which has the same format.
func (s state) makeOlder() {
	s.t.Helper()
	paths := filepath.Join(s.directory, pathsOfTests)
	err := os.Rename(filepath.Join(paths, fileOfPath(s.path)), filepath.Join(s.directory, "https-h.example.json"))
	if err := errors.Join(err, os.Remove(paths)); err != nil {
		s.t.Fatal(err)
	}
}

// ofPath returns the line for the path in a request for the password.
func (s state) ofPath() string {
	if s.path == "" {
		return ""
	}
	return "path=" + s.path + "\n"
}

func (s state) run(password, name string, arguments ...string) (string, error) {
	command := exec.Command(name, arguments...)
	command.Env = append(os.Environ(), "DOORKEY_STATE_DIR="+s.directory, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	command.Stdin = strings.NewReader("protocol=https\nhost=h.example\nusername=u\n" + password)
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		err = fmt.Errorf("%v: %s", err, &stderr)
	}
	return string(output), err
}

func (s state) mustStore(password string) {
	s.t.Helper()
	if output, err := s.run(s.ofPath()+"password="+password+"\n", "git-credential-doorkey", "store"); err != nil {
		s.t.Fatalf("store: %v: %s", err, output)
	}
}

func (s state) password() string {
	s.t.Helper()
	output, err := s.run(s.ofPath(), "git-credential-doorkey", "get")
	if err != nil {
		s.t.Fatalf("get: %v: %s", err, output)
	}
	_, password, _ := strings.Cut(output, "password=")
	return strings.TrimSpace(password)
}
