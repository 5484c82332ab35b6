package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// patience is how long a process may run before the report says that it hangs.
const patience = 90 * time.Second

// helper runs one process of doorkey with an input, as git would, and returns what it
// printed. The process may be killed before it ends. ok is false in that case, and after a
// failure. helper records the failure unless there is another reason for it.
func (l *loop) helper(ctx context.Context, verb string, lines ...string) (output string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	process := exec.CommandContext(ctx, l.doorkey(), verb)
	process.Dir, process.Env = l.directory, l.environment
	process.Stdin, process.Stdout, process.Stderr = strings.NewReader(strings.Join(lines, "\n")+"\n"), &stdout, &stderr
	process.WaitDelay = patience // limits the wait for output that is still open
	began := time.Now()
	if err := process.Start(); err != nil {
		l.ledger.mistake("%s did not start: %v", verb, err)
		return "", false
	}
	killed := l.mayKill(verb, process)
	err := process.Wait()
	lostChildren := l.victims.lostBy(process.Process.Pid)
	switch {
	case killed() && !process.ProcessState.Success():
		l.ledger.kill(verb)
		return "", false
	case ctx.Err() != nil:
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			l.ledger.mistake("%s did not end within %v: %s", verb, patience, &stderr)
		}
		return "", false
	case err != nil:
		l.failed(verb, lostChildren, began, fmt.Sprintf("%v: %s", err, &stderr))
		return "", false
	}
	l.ledger.ended(verb, time.Since(began))
	return stdout.String(), true
}

// mayKill kills some processes at a random moment. Call the returned function after the end
// of the process; it reports whether the process was killed.
func (l *loop) mayKill(verb string, process *exec.Cmd) (killed func() bool) {
	if !l.ledger.chooses(verb, l.risk, l.random) {
		return func() bool { return false }
	}
	var killing sync.Mutex
	done := false
	timer := time.AfterFunc(l.ledger.someTime(verb, l.random), func() {
		killing.Lock()
		defer killing.Unlock()
		done = process.Process.Kill() == nil
	})
	return func() bool {
		timer.Stop()
		killing.Lock() // the process may have ended before Kill has returned
		defer killing.Unlock()
		return done
	}
}

// childrenOfOneGet is how many children refresh for one get, one after the other, if each
// of them is killed.
const childrenOfOneGet = 3

// failed records the failure of a process that was not killed.
func (l *loop) failed(verb string, lostChildren int, began time.Time, said string) {
	switch {
	case lostChildren >= childrenOfOneGet:
		l.ledger.count(failedWithChild)
	case l.disk.wasFullSince(began) && strings.Contains(said, "no space left on device"):
		l.ledger.count(failedOnFullDisk)
	default:
		l.ledger.mistake("%s failed: %s", verb, said)
	}
}
