package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/parts"
)

// grantFault is a failure after a server has issued a grant. strace injects it into the
// system calls of a process, which are counted from the server's answer on.
type grantFault struct {
	call, fault, when string
	lost              bool // the grant cannot be stored; doorkey returns the token anyway
}

// mustCome reports whether the fault has to occur: nothing can be stored without these
// calls.
func (f grantFault) mustCome() bool {
	return f.call == "pwrite64" || f.call == "fsync" || f.call == "renameat"
}

func grantFaults() (all []grantFault) {
	for _, call := range []string{"pwrite64", "fsync", "renameat"} {
		for _, fault := range []string{"error=EIO", "error=EBUSY", "error=ENOSPC"} {
			all = append(all, grantFault{call: call, fault: fault, when: "1"}, grantFault{call: call, fault: fault, when: "1..3"})
		}
	}
	for _, call := range []string{"openat", "read", "newfstatat", "fstat", "ftruncate", "unlinkat", "close"} {
		all = append(all, grantFault{call: call, fault: "error=EIO", when: "1..2"})
	}
	return append(all,
		grantFault{call: "fsync", fault: "signal=KILL", when: "1"},
		grantFault{call: "renameat", fault: "signal=KILL", when: "1"},
		grantFault{call: "fsync", fault: "error=EIO", when: "1+"},
		grantFault{call: "renameat", fault: "error=EIO", when: "1+"},
		grantFault{call: "ftruncate", fault: "error=ENOSPC", when: "1+"},
		grantFault{call: "pwrite64", fault: "error=EIO", when: "1+", lost: true},
	)
}

// TestNoGrantIsLost: once the server has answered, the user never has to sign in again
// because of a failed file operation (once, several times or always), or because a process
// was killed between writing and renaming. In any case, git gets its token.
func TestNoGrantIsLost(t *testing.T) {
	parts.Long(t)
	parts.Strace(t)
	for _, fault := range grantFaults() {
		name := fmt.Sprintf("%s %s %s", fault.call, fault.fault, fault.when)
		t.Run("refresh "+name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t)
			server := v.signsInAt(t)
			v.keepsExpiredGrant(t, server)
			v.getsGrant(t, server, fakegitlab.TokenRefreshToken, "exchange", fault)
		})
		if fault.when == "1+" || strings.HasPrefix(fault.fault, "signal") {
			continue // the user can sign in again
		}
		t.Run("sign-in "+name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t)
			v.getsGrant(t, v.signsInAt(t), fakegitlab.TokenAuthorizationCode, "get", fault)
		})
	}
}

// keepsExpiredGrant stores a grant for the victim that has to be refreshed.
func (v *victim) keepsExpiredGrant(t *testing.T, server *fakegitlab.Server) {
	t.Helper()
	access, refresh := server.IssueGrant()
	locked, err := v.state.Lock(t.Context(), server.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Unlock()
	_, err = locked.Put(t.Context(), cache.InFile, cache.Account{
		Provider: "gitlab", AnswerUsername: "oauth2", ClientID: server.ClientID(), TokenEndpoint: server.URL() + "/oauth/token",
		Obtained: time.Now().Add(-2 * time.Hour), Expiry: time.Now().Add(-time.Hour),
	}, cache.Secrets{AccessToken: secret.New(access), RefreshToken: secret.New(refresh)})
	if err != nil {
		t.Fatal(err)
	}
}

// getsGrant makes the victim's get obtain a grant. From the server's answer on, the process
// with that verb has a fault. Then it checks what the next get returns.
func (v *victim) getsGrant(t *testing.T, server *fakegitlab.Server, kind fakegitlab.Kind, verb string, fault grantFault) {
	t.Helper()
	held := make(chan struct{})
	server.Misbehave(fakegitlab.Misbehaviour{At: kind, Times: 1, CarryOut: true, Hold: held})
	request := "protocol=https\nhost=" + strings.TrimPrefix(server.URL(), "https://") + "\n"
	answered := make(chan result, 1)
	go func() { answered <- v.asks(t, "get", request) }()
	if err := server.WaitFor(t.Context(), kind, 1); err != nil {
		t.Fatal(err)
	}
	trace := v.injects(t, v.process(t, verb), fault)
	close(held)
	first := <-answered
	if traced, err := os.ReadFile(trace); err != nil || fault.mustCome() && !strings.Contains(string(traced), "INJECTED") && !strings.Contains(string(traced), "SIGKILL") {
		t.Errorf("the fault has not come: %v\n%s", err, traced)
	}
	if token := passwordIn(first.stdout); !server.Alive(token) {
		t.Errorf("git has no token: %+v", first)
	}
	if fault.lost {
		if !strings.Contains(first.stderr, "could not be stored") {
			t.Errorf("nobody is told: %q", first.stderr)
		}
		return
	}
	v.environment = append(v.environment, "DOORKEY_INTERACTIVE=0")
	if next := v.asks(t, "get", request); !server.Alive(passwordIn(next.stdout)) || server.Count(kind) != 1 {
		t.Errorf("the grant is lost after %d requests: %+v, the first time %+v", server.Count(kind), next, first)
	}
}

func passwordIn(answer string) string {
	_, rest, _ := strings.Cut(answer, "password=")
	password, _, _ := strings.Cut(rest, "\n")
	return password
}

// process returns the victim's process with that verb.
func (v *victim) process(t *testing.T, verb string) string {
	t.Helper()
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range commands {
		command, _ := os.ReadFile(path)
		environment, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "environ"))
		if strings.HasSuffix(string(command), "git-credential-doorkey\x00"+verb+"\x00") && strings.Contains(string(environment), "BROWSER_LOG="+v.log+"\x00") {
			return filepath.Base(filepath.Dir(path))
		}
	}
	t.Fatalf("there is no process of %q", verb)
	return ""
}

// injects attaches strace to a process. It returns the path of the trace when the fault is
// active.
func (v *victim) injects(t *testing.T, process string, fault grantFault) (trace string) {
	t.Helper()
	trace = filepath.Join(t.TempDir(), "trace")
	arguments := []string{"-f", "-qq", "-p", process, "-o", trace, "-P", v.state.Directory,
		"-e", fmt.Sprintf("inject=%s:%s:when=%s", fault.call, fault.fault, fault.when)}
	files, err := filepath.Glob(filepath.Join(v.state.Directory, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		arguments = append(arguments, "-P", file)
		if origin, isLock := strings.CutSuffix(file, ".sign-in-lock"); isLock {
			arguments = append(arguments, "-P", origin+".json", "-P", origin+".json.new", "-P", origin+".lock")
		}
	}
	tracer := exec.Command("strace", arguments...)
	if err := tracer.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tracer.Wait() })
	if !comes(func() bool { return isTraced(process, tracer.Process.Pid) }) {
		t.Fatal("strace has not attached")
	}
	return trace
}

// isTraced reports whether the tracer is attached to all threads of a process.
func isTraced(process string, tracer int) bool {
	threads, _ := filepath.Glob(filepath.Join("/proc", process, "task", "*", "status"))
	return !slices.ContainsFunc(threads, func(path string) bool {
		status, _ := os.ReadFile(path)
		return !strings.Contains(string(status), "TracerPid:\t"+strconv.Itoa(tracer)+"\n")
	})
}
