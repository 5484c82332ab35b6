package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// fileChange is what a command does to the password that is kept.
type fileChange struct{ verb, request, password string }

// TestEveryFileOperationFails makes each system call that a change does to a
// file of the cache fail in turn, or be the last one of a process that is
// killed. After each, the old account or the new one (or none, after an erase) is
// there, and the next change goes through: the lock is free.
func TestEveryFileOperationFails(t *testing.T) {
	parts.Long(t)
	parts.Strace(t)
	changes := []fileChange{{"store", "password=new\n", "new"}, {"erase", "", ""}}
	calls := []string{"openat", "read", "write", "pwrite64", "ftruncate", "fsync", "renameat", "newfstatat", "fstat", "flock", "unlinkat", "close"}
	for _, call := range calls {
		for _, fault := range []string{"error=EIO", "error=ENOSPC", "signal=KILL"} {
			for _, change := range changes {
				t.Run(change.verb+" "+call+" "+fault, func(t *testing.T) {
					t.Parallel()
					const most = 60 // of one call in one change
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

// faultOnce changes a password with one fault and looks what is there then. It
// reports whether the fault has come.
func faultOnce(t *testing.T, change fileChange, fault string) bool {
	t.Helper()
	s := state{t, filepath.Join(t.TempDir(), "state")}
	s.mustStore("old")
	trace := filepath.Join(t.TempDir(), "trace")
	arguments := []string{"-f", "-o", trace, "-e", fault, "-P", s.directory}
	for _, name := range []string{"https-h.example.json", "https-h.example.json.new", "https-h.example.lock", "key.lock", "file.key-id"} {
		arguments = append(arguments, "-P", filepath.Join(s.directory, name))
	}
	keys, err := filepath.Glob(filepath.Join(s.directory, "*.key"))
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %v, %v", keys, err)
	}
	arguments = append(arguments, "-P", keys[0], "git-credential-doorkey", change.verb)
	output, failure := s.run(change.request, "strace", arguments...) // it may well fail

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

// state is a state directory with one password in it.
type state struct {
	t         *testing.T
	directory string
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
	if output, err := s.run("password="+password+"\n", "git-credential-doorkey", "store"); err != nil {
		s.t.Fatalf("store: %v: %s", err, output)
	}
}

func (s state) password() string {
	s.t.Helper()
	output, err := s.run("", "git-credential-doorkey", "get")
	if err != nil {
		s.t.Fatalf("get: %v: %s", err, output)
	}
	_, password, _ := strings.Cut(output, "password=")
	return strings.TrimSpace(password)
}
