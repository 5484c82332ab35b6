package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/registers"
)

// failures are what can happen to machine A while it refreshes, at which step, while
// another machine, B, needs the token as well. It is the table of docs/fleet.md.
var failures = []struct {
	at       step
	what     string
	happens  func(w *world, a *machine)
	revives  func(Times) time.Duration // the time after which A runs again, with what is on its disk
	lost     bool                      // whether the grant is lost
	requests int                       // at the token server
	replays  int
}{
	{beforeClaim, "it dies", (*world).dies, nil, false, 1, 0},
	{beforeClaim, "it stands still", (*world).standsStill, nil, false, 1, 0},
	{beforeClaim, "it does not reach the engine", (*world).losesEngine, nil, false, 1, 0},
	{claimed, "it dies", (*world).dies, nil, false, 1, 0},
	{claimed, "it stands still", (*world).standsStill, nil, false, 1, 0},
	{claimed, "it does not reach the engine", (*world).losesEngine, nil, false, 1, 0},
	{marked, "it dies", (*world).dies, nil, false, 1, 0},
	{marked, "it stands still", (*world).standsStill, nil, false, 1, 0},
	{marked, "it sleeps until B has refreshed", (*world).sleeps, nil, false, 1, 0},
	{answered, "it dies", (*world).dies, nil, true, 2, 1},
	{answered, "it stands still", (*world).standsStill, nil, false, 1, 0},
	{answered, "it does not reach the engine for a while", (*world).losesEngineForAWhile, soon, false, 1, 0},
	{saved, "it dies, and runs again", (*world).dies, soon, false, 1, 0},
	{saved, "it dies, and runs again when B has found the old token dead", (*world).dies, late, false, 2, 1},
	{saved, "it dies for good", (*world).dies, nil, true, 2, 1},
	{saved, "it stands still", (*world).standsStill, nil, false, 1, 0},
	{saved, "it does not reach the engine for a while", (*world).losesEngineForAWhile, soon, false, 1, 0},
	{published, "it dies", (*world).dies, nil, false, 1, 0},
	{published, "it stands still", (*world).standsStill, nil, false, 1, 0},
	{published, "it does not reach the engine", (*world).losesEngine, nil, false, 1, 0},
}

func soon(t Times) time.Duration { return t.Lease }
func late(t Times) time.Duration { return t.SentLease + t.Suspect/2 }

func (w *world) dies(a *machine)        { a.die() }
func (w *world) standsStill(a *machine) { a.standStill(2 * w.times.Lease) }
func (w *world) sleeps(a *machine)      { a.standStill(2 * w.times.SentLease) }
func (w *world) losesEngine(a *machine) { a.loseEngine() }
func (w *world) losesEngineForAWhile(a *machine) {
	a.loseEngine()
	time.AfterFunc(w.times.Lease, a.findEngine)
}

func TestFailures(t *testing.T) {
	for i, failure := range failures {
		t.Run(string(failure.at)+"/"+failure.what, func(t *testing.T) {
			inMemory(t, func(_ *testing.T, w *world) { w.fail(i) })
		})
	}
}

// testFailuresOn runs the same failures on a real engine, with shorter time limits.
func testFailuresOn(t *testing.T, running *registers.Engine) {
	parts.Long(t)
	times := StandardTimes()
	times.Lease, times.SentLease, times.Beat = 2*time.Second, 6*time.Second, 300*time.Millisecond
	times.PollFirst, times.PollLast = 50*time.Millisecond, 200*time.Millisecond
	times.Suspect, times.Retry = 4*time.Second, 2*time.Second
	var rows sync.WaitGroup // they mostly wait, so more can run at once than t.Parallel allows
	for i, failure := range failures {
		name := string(failure.at) + "/" + failure.what
		record := Name{Origin: "https://" + strings.ReplaceAll(name, " ", "-")}.InEngine()
		rows.Go(func() {
			t.Run(name, func(t *testing.T) {
				newWorld(t, times, func() Register { return open(t, running, record) }).fail(i)
			})
		})
	}
	rows.Wait()
}

// fail runs one row of failures.
func (w *world) fail(row int) {
	failure := failures[row]
	a, b := w.machine("a"), w.machine("b")
	w.expiredSignIn(a)
	a.at, a.happens = failure.at, func() { failure.happens(w, a) }

	var running sync.WaitGroup
	reached := make(chan struct{})
	before := a.happens
	a.happens = func() { close(reached); before() }
	running.Go(func() {
		_, _ = a.refresh("") // the result of A is checked below
		if failure.revives != nil {
			time.Sleep(failure.revives(w.times))
			w.mustRefresh(a)
		}
	})
	<-reached
	result, err := b.refresh("")
	running.Wait()
	w.expectRequests(failure.requests, failure.replays)
	if failure.lost {
		if !errors.Is(err, ErrLost) {
			w.t.Errorf("b: got %v, %v", result, err)
		}
		return
	}
	if err != nil || !w.server.accepts(result.Copy.Tokens.AccessToken) {
		w.t.Fatalf("b: %v", err)
	}
	// After that, everything is as before: any machine can refresh.
	a.findEngine()
	w.mustRefresh(a)
	w.mustRefresh(w.machine("c"))
}

// TestLostAnswers: a swap that the engine has carried out counts, even if its answer is
// lost.
func TestLostAnswers(t *testing.T) {
	for number := 1; number <= 3; number++ {
		for _, loseRead := range []bool{false, true} {
			t.Run(fmt.Sprintf("swap %d, and the read after it: %v", number, loseRead), func(t *testing.T) {
				inMemory(t, func(t *testing.T, w *world) {
					w.expiredSignIn(w.machine("person"))
					a, begun := w.machine("a"), time.Now()
					a.loseSwap, a.loseRead = number, loseRead
					w.mustRefresh(a)
					w.mustRefresh(w.machine("b"))
					w.expectRequests(1, 0)
					if took := time.Since(begun); took >= w.times.Lease {
						t.Errorf("a waited for its own claim: %v", took)
					}
				})
			})
		}
	}
}

// TestSlowServer: a machine keeps its claim if the server takes longer than a lease to
// answer.
func TestSlowServer(t *testing.T) {
	inMemory(t, func(_ *testing.T, w *world) {
		w.expiredSignIn(w.machine("person"))
		w.server.delay = 2 * w.times.SentLease
		var running sync.WaitGroup
		for _, name := range []string{"a", "b"} {
			running.Go(func() { w.mustRefresh(w.machine(name)) })
		}
		running.Wait()
		w.expectRequests(1, 0)
	})
}

// TestManyMachines: if many machines find within two seconds that the token has expired,
// one refreshes it, and none fails.
func TestManyMachines(t *testing.T) {
	for _, count := range []int{20, 1000} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			inMemory(t, func(_ *testing.T, w *world) { w.manyRefresh(count) })
		})
	}
}

func (w *world) manyRefresh(count int) {
	w.expiredSignIn(w.machine("person"))
	w.server.delay = 500 * time.Millisecond
	var running sync.WaitGroup
	for i := range count {
		m := w.machine(fmt.Sprint("m", i))
		running.Go(func() {
			time.Sleep(time.Duration(i) * 2 * time.Second / time.Duration(count))
			if result, err := m.refresh(""); err != nil || !w.server.accepts(result.Copy.Tokens.AccessToken) {
				w.t.Errorf("%s: %v", m.name, err)
			}
		})
	}
	running.Wait()
	w.expectRequests(1, 0)
}

// TestSilentServer: if a machine gets no answer, the machines that waited for it report the
// same failure. They do not ask the server one after another. The grant is not damaged.
func TestSilentServer(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		w.expiredSignIn(w.machine("person"))
		w.server.delay, w.server.failure = 10*time.Second, errors.New("no answer")
		var running sync.WaitGroup
		for i := range 50 {
			running.Go(func() {
				if _, err := w.machine(fmt.Sprint("m", i)).refresh(""); err == nil || !strings.Contains(err.Error(), "no answer") {
					t.Errorf("got %v", err)
				}
			})
		}
		running.Wait()
		w.expectRequests(1, 0)
		w.server.failure, w.server.delay = nil, 0
		w.mustRefresh(w.machine("later"))
	})
}

// TestBackup: if an engine has gone back to an older record, the machine that refreshed
// stores the newer one there again. Another machine does not use the dead refresh token.
func TestBackup(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a, b := w.machine("a"), w.machine("b")
		w.expiredSignIn(w.machine("person"))
		old, _, _, _ := w.open().Read(t.Context())
		w.mustRefresh(a)
		w.mustRefresh(b)
		_, version, _, _ := w.open().Read(t.Context())
		if _, err := w.open().Swap(t.Context(), old, version); err != nil {
			t.Fatal(err)
		}
		if _, err := b.refresh(""); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "gone back") {
			t.Errorf("b: %v", err)
		}
		w.mustRefresh(a)
		w.mustRefresh(b)
		w.expectRequests(1, 0)
	})
}

// TestRecordGone: a machine with a complete grant creates the record again.
func TestRecordGone(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a := w.machine("a")
		w.signIn(a)
		w.open().(*memory).value = nil
		if _, err := w.machine("b").refresh(""); !errors.Is(err, ErrNoSignIn) {
			t.Errorf("b: %v", err)
		}
		w.mustRefresh(a)
		w.mustRefresh(w.machine("b"))
	})
}

// TestReadOnly: a machine that may only read waits for another machine to refresh, and
// reports an error if none does.
func TestReadOnly(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		w.expiredSignIn(w.machine("person"))
		reader := w.machine("reader")
		reader.readOnly = true
		if _, err := reader.refresh(""); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "can only read") {
			t.Errorf("alone: %v", err)
		}
		time.AfterFunc(w.times.Patience/2, func() { w.mustRefresh(w.machine("writer")) })
		w.mustRefresh(reader)
		w.expectRequests(1, 0)
	})
}

// TestRejectedToken: a rejected token is refreshed if it is at least a minute old.
func TestRejectedToken(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		w.signIn(w.machine("person"))
		a := w.machine("a")
		token := w.mustRefresh(a).Copy.Tokens.AccessToken
		for _, test := range []struct {
			after    time.Duration
			rejected string
			requests int
		}{
			{0, token.Fingerprint(), 0},
			{2 * w.times.Young, secret.New("another token of the same length").Fingerprint(), 0},
			{0, token.Fingerprint(), 1},
			{0, token.Fingerprint(), 1}, // it has been replaced since
		} {
			time.Sleep(test.after)
			result, err := a.refresh(test.rejected)
			if err != nil || !w.server.accepts(result.Copy.Tokens.AccessToken) {
				t.Error(err)
			}
			w.expectRequests(test.requests, 0)
		}
	})
}

// TestGuard: shortly before a token expires, machines ask the engine but do not refresh
// yet. So no machine returns a token that another machine has just replaced.
func TestGuard(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a := w.machine("a")
		w.signIn(a)
		life := w.server.lifetime
		time.Sleep(life - w.times.Margin - w.times.Guard/2)
		w.mustRefresh(a)
		w.expectRequests(0, 0)
		time.Sleep(w.times.Guard)
		w.mustRefresh(a)
		w.expectRequests(1, 0)
	})
}

// TestEnd: after a logout of the fleet, no machine asks the server, and each machine's
// error gives the reason.
func TestEnd(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a, b := w.machine("a"), w.machine("b")
		w.expiredSignIn(a)
		revoked := 0
		revoke := func() error { revoked++; return nil }
		for range 2 { // the second time, there is nothing to do
			if err := a.host().End(t.Context(), "logged out by ada", revokeWith(revoke)); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range []*machine{a, b} {
			if _, err := m.refresh(""); !errors.Is(err, ErrEnded) || !strings.Contains(err.Error(), `logged out by ada, on "a"`) {
				t.Errorf("%s: %v", m.name, err)
			}
		}
		if revoked != 1 {
			t.Errorf("revoked %d times", revoked)
		}
		w.expectRequests(0, 0)
		w.signIn(b) // a new sign-in starts again
		w.mustRefresh(a)
	})
}

// TestEndFails: if a grant could not be revoked, the fleet still has it.
func TestEndFails(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a := w.machine("a")
		w.signIn(a)
		if err := a.host().End(t.Context(), "", revokeWith(func() error { return errors.New("no answer") })); err == nil {
			t.Error("no error")
		}
		w.mustRefresh(w.machine("b"))
	})
}

// TestSignInReplaces: a new sign-in replaces the old one. A machine that was refreshing the
// old one ends with the new one, and reports that the old one has to be revoked.
func TestSignInReplaces(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a, b := w.machine("a"), w.machine("b")
		w.expiredSignIn(a)
		a.at, a.happens = saved, func() { w.signIn(b) }
		result, err := a.refresh("")
		if err != nil {
			t.Fatal(err)
		}
		if !a.disk.Owed || w.server.accepts(result.Copy.Tokens.AccessToken) {
			t.Error("a has published over the new sign-in")
		}
		again := w.mustRefresh(a)
		if again.Superseded.Grant != result.Copy.Grant || again.Superseded.Tokens.RefreshToken.IsEmpty() {
			t.Errorf("superseded: %v", again.Superseded)
		}
	})
}

// TestSignInPublishedLater: if a sign-in could not be published, the next get publishes it.
func TestSignInPublishedLater(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a := w.machine("a")
		w.signIn(w.machine("before"))
		h := a.host()
		before, err := h.Prepare(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a.loseEngine()
		if _, _, err := h.Publish(t.Context(), before, Account{}, w.server.signIn()); err == nil {
			t.Error("no error")
		}
		a.findEngine()
		w.mustRefresh(a)
		w.mustRefresh(w.machine("b"))
	})
}

// TestDiskFull: if the disk is full, the machine sends nothing, and another machine can
// refresh.
func TestDiskFull(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		w.expiredSignIn(w.machine("person"))
		full := w.machine("full")
		full.diskFull = errors.New("no space left on device")
		if _, err := full.refresh(""); !errors.Is(err, full.diskFull) {
			t.Errorf("got %v", err)
		}
		w.expectRequests(0, 0)
		w.mustRefresh(w.machine("b"))
	})
}

// TestEngineDown: a machine whose token has not expired does not wait for an engine. The
// others try for a while, and then name the engine in the error.
func TestEngineDown(t *testing.T) {
	inMemory(t, func(t *testing.T, w *world) {
		a := w.machine("a")
		w.signIn(a)
		a.loseEngine()
		for _, lasts := range []bool{true, false} {
			h, begun := a.host(), time.Now()
			h.LocalLasts = lasts
			_, err := h.Refresh(t.Context(), "")
			if took := time.Since(begun); !errors.Is(err, ErrOutOfReach) || !strings.Contains(err.Error(), "the engine") || took > 2*w.times.Retry || lasts != (took == 0) {
				t.Errorf("lasts %v: %v after %v", lasts, err, took)
			}
		}
	})
}

func revokeWith(revoke func() error) func(context.Context, Record) error {
	return func(context.Context, Record) error { return revoke() }
}
