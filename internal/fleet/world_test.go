package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/secret"
)

// world is a fleet in a test: a register, a token server and machines.
type world struct {
	t      *testing.T
	times  Times
	open   func() Register // opens the record, as a machine does
	keys   Keys
	server *tokenServer
}

var gitlab = Name{Origin: "https://gitlab.example.com"}

// inMemory runs a test with a register in memory and a clock that jumps.
func inMemory(t *testing.T, test func(*testing.T, *world)) {
	synctest.Test(t, func(t *testing.T) {
		shared := &memory{}
		test(t, newWorld(t, StandardTimes(), func() Register { return shared }))
	})
}

func newWorld(t *testing.T, times Times, open func() Register) *world {
	return &world{t: t, times: times, open: open, keys: newKeys(t, 1), server: &tokenServer{lifetime: 2 * time.Hour}}
}

func newKeys(t *testing.T, count int) Keys {
	t.Helper()
	var lines bytes.Buffer
	for range count {
		fmt.Fprintln(&lines, NewKey().Reveal())
	}
	keys, err := ParseKeys(secret.New(lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// memory is a register in memory, whose clock is in whole seconds.
type memory struct {
	mutex   sync.Mutex
	value   []byte
	version int
}

func (m *memory) Read(context.Context) ([]byte, string, time.Time, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.value, strconv.Itoa(m.version), time.Now().Truncate(time.Second), nil
}

func (m *memory) Swap(_ context.Context, value []byte, version string) (string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if version != strconv.Itoa(m.version) {
		return "", ErrConflict
	}
	m.value = value
	m.version++
	return strconv.Itoa(m.version), nil
}

// tokenServer accepts each refresh token once, as GitLab does.
type tokenServer struct {
	mutex    sync.Mutex
	current  int           // the number of the valid refresh token
	requests int           // refresh requests
	replays  int           // requests with a used refresh token
	lifetime time.Duration // of the next access token
	delay    time.Duration // before it answers
	failure  error         // the answer, if not nil
}

// signIn returns the first pair of a grant.
func (s *tokenServer) signIn() Pair {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.next()
}

func (s *tokenServer) next() Pair {
	s.current++
	return Pair{AccessToken: secret.New(fmt.Sprint("access-", s.current)), RefreshToken: secret.New(fmt.Sprint("refresh-", s.current)), Lifetime: s.lifetime}
}

func (s *tokenServer) refresh(token secret.Text) (Pair, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.requests++
	time.Sleep(s.delay)
	switch {
	case s.failure != nil:
		return Pair{}, s.failure
	case !token.Equal(secret.New(fmt.Sprint("refresh-", s.current))):
		s.replays++
		return Pair{}, fmt.Errorf("%w: the refresh token is invalid", ErrInvalidGrant)
	}
	return s.next(), nil
}

// accepts reports whether an access token is the last one that was issued.
func (s *tokenServer) accepts(token secret.Text) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return token.Equal(secret.New(fmt.Sprint("access-", s.current)))
}

// step is a moment of a refresh, at which something can happen to a machine.
type step string

const (
	beforeClaim step = "before the claim"
	claimed     step = "claimed, not sent"
	marked      step = "marked as sent, not sent"
	answered    step = "sent, the pair not on its disk"
	saved       step = "the pair on its disk, not published"
	published   step = "published"
)

// machine is a host whose disk is in memory. It can die, stop for a while or lose the
// engine.
type machine struct {
	*world
	name     string
	register Register
	disk     Copy
	diskFull error

	at      step   // the step at which happens is called, once
	happens func() // runs in the process that refreshes

	mutex      sync.Mutex
	outOfReach error // why the machine cannot reach the engine
	readOnly   bool
	frozen     time.Time // until then the machine is stopped
	loseSwap   int       // the number of the swap whose answer is lost, counted from 1
	loseRead   bool      // the read after that swap fails, too
	loseReads  int       // how many of the next reads fail
	swaps      int
}

func (w *world) machine(name string) *machine {
	return &machine{world: w, name: name, register: w.open()}
}

// host returns the machine as the protocol sees it, with its disk as it is now.
func (m *machine) host() *Host {
	return &Host{
		Register: m, Engine: "the engine", Keys: m.keys, Name: gitlab, Hostname: m.name, Times: m.times, Local: m.disk,
		Reserve: func(context.Context) error { return m.diskFull },
		Save: func(_ context.Context, c Copy, _ time.Duration) error {
			m.reach(answered, c.Owed)
			m.disk = c
			m.reach(saved, c.Owed)
			m.reach(published, !c.Owed)
			return nil
		},
		Exchange: func(_ context.Context, r Record) (Pair, error) { return m.server.refresh(r.Tokens.RefreshToken) },
	}
}

// refresh does what a get does that needs a token. It returns nothing if the machine dies.
func (m *machine) refresh(rejected string) (result Result, err error) {
	err = errors.New("the machine has died")
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(m.t.Context())
	defer cancel()
	if m.happens == nil {
		m.happens = func() {}
	}
	go func() {
		defer close(done)
		result, err = m.host().Refresh(ctx, rejected)
	}()
	<-done
	return result, err
}

// reach calls happens if the machine has reached its step, once.
func (m *machine) reach(now step, really bool) {
	if really && now == m.at {
		m.at = ""
		m.happens()
	}
}

// die ends the process that refreshes.
func (m *machine) die() { runtime.Goexit() }

// standStill stops everything that the machine does, for a time.
func (m *machine) standStill(long time.Duration) {
	m.mutex.Lock()
	m.frozen = time.Now().Add(long)
	m.mutex.Unlock()
	time.Sleep(long)
}

func (m *machine) loseEngine() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.outOfReach = errors.New("connection refused")
}

func (m *machine) findEngine() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.outOfReach = nil
}

// reached waits while the machine is stopped, and fails if it cannot reach the engine.
func (m *machine) reached() error {
	m.mutex.Lock()
	frozen, err := m.frozen, m.outOfReach
	m.mutex.Unlock()
	time.Sleep(time.Until(frozen))
	return err
}

func (m *machine) Read(ctx context.Context) ([]byte, string, time.Time, error) {
	if err := m.reached(); err != nil {
		return nil, "", time.Time{}, err
	}
	m.mutex.Lock()
	isLost := m.loseReads > 0
	m.loseReads = max(0, m.loseReads-1)
	m.mutex.Unlock()
	if isLost {
		return nil, "", time.Time{}, errors.New("connection reset by peer")
	}
	return m.register.Read(ctx)
}

func (m *machine) Swap(ctx context.Context, value []byte, version string) (string, error) {
	record, err := m.keys.Open(gitlab, value)
	if err != nil {
		m.t.Error(err)
	}
	isClaim := record.Claim != nil && !record.Claim.Sent
	m.reach(beforeClaim, isClaim)
	if err := m.reached(); err != nil {
		return "", err
	}
	if m.readOnly {
		return "", ErrRefused
	}
	newVersion, err := m.register.Swap(ctx, value, version)
	m.mutex.Lock()
	m.swaps++
	isLost := m.swaps == m.loseSwap
	if isLost && m.loseRead {
		m.loseReads = 1
	}
	m.mutex.Unlock()
	if isLost {
		return "", errors.New("connection reset by peer")
	}
	m.reach(claimed, isClaim)
	m.reach(marked, record.Claim != nil && record.Claim.Sent)
	return newVersion, err
}

// signIn publishes a sign-in from a machine.
func (w *world) signIn(m *machine) {
	w.t.Helper()
	h := m.host()
	before, err := h.Prepare(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	result, _, err := h.Publish(w.t.Context(), before, Account{Provider: "gitlab", ClientID: "id", TokenEndpoint: "https://gitlab.example.com/oauth/token"}, w.server.signIn())
	if err != nil || result.NotSaved != nil {
		w.t.Fatal(err, result.NotSaved)
	}
}

// expiredSignIn publishes a sign-in whose access token expires at once.
func (w *world) expiredSignIn(m *machine) {
	w.t.Helper()
	w.server.lifetime = time.Second
	w.signIn(m)
	w.server.lifetime = 2 * time.Hour
	time.Sleep(2 * time.Second)
}

// mustRefresh makes a machine refresh, and checks that its token is the current one.
func (w *world) mustRefresh(m *machine) Result {
	w.t.Helper()
	result, err := m.refresh("")
	if err != nil {
		w.t.Fatalf("%s: %v", m.name, err)
	}
	if !w.server.accepts(result.Copy.Tokens.AccessToken) {
		w.t.Errorf("%s has a token that the server does not accept", m.name)
	}
	return result
}

// expectRequests checks how many refresh requests the server got.
func (w *world) expectRequests(requests, replays int) {
	w.t.Helper()
	if w.server.requests != requests || w.server.replays != replays {
		w.t.Errorf("the server got %d requests for a refresh, %d of them with a token that was used; expected %d and %d", w.server.requests, w.server.replays, requests, replays)
	}
}
