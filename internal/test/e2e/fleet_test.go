package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/registers"
)

// machines is a fleet: machines with their own state directories and clocks, a GitLab and
// an engine.
type machines struct {
	victim
	t       *testing.T
	program string // a doorkey whose clock can be wrong
	server  *fakegitlab.Server
	engine  *registers.Engine
	proxy   *lossyProxy // in front of the engine
	key     string
	number  int
}

// TestFleet: machines share one sign-in with each engine. doorkey does not ask the user,
// refreshes once for each expiry, and loses nothing if processes are killed, answers are
// lost, or the engine cannot be reached. No two of the machines' clocks agree.
func TestFleet(t *testing.T) {
	parts.Long(t)
	program := buildWithClock(t)
	for name, start := range fleetEngines() {
		t.Run(name, func(t *testing.T) { newMachines(t, program, start).live(t) })
	}
}

// live simulates the life of a fleet: several expiries, several kills, and an engine that
// cannot be reached.
func (m *machines) live(t *testing.T) {
	m.mustAsk(t) // with the token of the sign-in
	m.expectRefreshes(t, 0)
	for expiry := range 2 {
		m.expire(t)
		m.mustAsk(t)
		m.expectRefreshes(t, expiry+1)
	}
	m.expire(t)
	m.proxy.losing.Store(true)
	m.askAndKill(t, 200)
	m.proxy.losing.Store(false)
	if isTLS := strings.HasPrefix(m.engine.URL, "https:"); isTLS && m.proxy.lost.Load() == 0 { // plain HTTP is only for this machine, without a proxy
		t.Error("no answer was lost")
	}
	m.mustAsk(t)
	m.expectRefreshes(t, 3)

	m.expire(t)
	m.engine.Stop()
	m.mustFail(t)
	m.engine.Start()
	m.mustAsk(t)
	m.expectRefreshes(t, 4)
	if times, log := m.opened(t); times != 1 {
		t.Errorf("the browser was opened %d times:\n%s", times, log)
	}
}

func newMachines(t *testing.T, program string, start func(testing.TB) *registers.Engine) *machines {
	t.Helper()
	m := &machines{victim: newVictim(t), t: t, program: program, proxy: startLossyProxy(t), number: 20}
	m.server = m.signsInAt(t)
	m.engine = start(t)
	m.environment = append(m.environment, m.engine.Environment...)
	key := filepath.Join(t.TempDir(), "fleet.key")
	m.key = m.runs(t, "", "git-credential-doorkey", "fleet-key").stdout
	if err := os.WriteFile(key, []byte(m.key), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := [][2]string{{"oauthFleet", m.engine.Address}, {"oauthFleetKey", key}}
	if m.engine.Token != "" {
		token := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(token, []byte(m.engine.Token), 0o600); err != nil {
			t.Fatal(err)
		}
		settings = append(settings, [2]string{"oauthFleetTokenFile", token})
	}
	for _, setting := range settings {
		m.git(t, "", "config", "--global", "credential."+m.server.URL()+"."+setting[0], setting[1])
	}
	m.git(t, "", "config", "--global", "http."+m.engine.URL+".proxy", m.proxy.address)
	if m.engine.CAFile != "" {
		m.git(t, "", "config", "--global", "http."+m.engine.URL+".sslCAInfo", m.engine.CAFile)
	}
	if m.engine.User != "" {
		// On all machines, the password is in git's own store.
		m.git(t, "", "config", "--global", "credential."+m.engine.URL+".helper", "")
		m.git(t, "", "config", "--global", "--add", "credential."+m.engine.URL+".helper", "store")
		m.git(t, fmt.Sprintf("url=%s\nusername=%s\npassword=%s\n\n", m.engine.URL, m.engine.User, m.engine.Password), "credential", "approve")
	}
	if signedIn := m.runs(t, "", "git-credential-doorkey", "login", m.server.URL()); signedIn.code != 0 {
		t.Fatal(signedIn.stderr)
	}
	return m
}

// expire makes the access token expire everywhere.
func (m *machines) expire(t *testing.T) {
	t.Helper()
	m.server.ExpireAccessTokens()
	states, err := filepath.Glob(m.state.Directory + "-*")
	if err == nil {
		err = expireFleet(m.engine, m.key, m.server.URL(), states)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// command returns a get on one of the machines.
func (m *machines) command(ctx context.Context, machine int) *exec.Cmd {
	command := exec.CommandContext(ctx, m.program, "get")
	command.Dir, command.Stdin = m.directory, strings.NewReader("protocol=https\nhost="+strings.TrimPrefix(m.server.URL(), "https://")+"\n\n")
	ahead := (machine - m.number/2) * 30 // seconds: five minutes slow to five minutes fast
	command.Env = append(m.environment[:len(m.environment):len(m.environment)],
		fmt.Sprintf("DOORKEY_STATE_DIR=%s-%d", m.state.Directory, machine), fmt.Sprintf("%s=%d", clockVariable, ahead))
	return command
}

// onEach calls a function for each machine at once.
func (m *machines) onEach(do func(machine int)) {
	var running sync.WaitGroup
	for machine := range m.number {
		running.Go(func() { do(machine) })
	}
	running.Wait()
}

// mustAsk runs two commands on each machine at once. All of them get a token that the
// server accepts.
func (m *machines) mustAsk(t *testing.T) {
	t.Helper()
	m.onEach(func(machine int) {
		for range 2 {
			command := m.command(t.Context(), machine%m.number)
			var stderr strings.Builder
			command.Stderr = &stderr
			answer, err := command.Output()
			_, token, _ := strings.Cut(string(answer), "\npassword=")
			token, _, _ = strings.Cut(token, "\n")
			if err != nil || !m.server.Alive(token) {
				t.Errorf("machine %d: %v, %q", machine, err, stderr.String())
			}
		}
	})
}

// askAndKill starts commands on all machines, and kills half of them at a random moment.
// The processes that refresh for them survive.
func (m *machines) askAndKill(t *testing.T, count int) {
	t.Helper()
	var running sync.WaitGroup
	for i := range count {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if i%2 == 0 {
			time.AfterFunc(rand.N(time.Second), cancel) // this kills the command
		}
		running.Go(func() {
			defer cancel()
			_ = m.command(ctx, i%m.number).Run()
		})
	}
	running.Wait()
}

// mustFail runs a command on each machine while the engine cannot be reached. Each has to
// return, in time, an error that names the engine, without asking the user.
func (m *machines) mustFail(t *testing.T) {
	t.Helper()
	m.onEach(func(machine int) {
		command := m.command(t.Context(), machine)
		var stderr strings.Builder
		command.Stderr = &stderr
		answer, err := command.Output()
		if err == nil || string(answer) != "quit=1\n" || !strings.Contains(stderr.String(), "cannot reach the engine: ") {
			t.Errorf("machine %d: %q, %q", machine, answer, stderr.String())
		}
	})
}

func (m *machines) expectRefreshes(t *testing.T, count int) {
	t.Helper()
	if got := m.server.Count(fakegitlab.TokenRefreshToken); got != count {
		t.Errorf("the server got %d requests for a refresh, want %d", got, count)
	}
	if spent := m.server.Count(fakegitlab.SpentRefreshToken); spent != 0 {
		t.Errorf("%d times a refresh token was sent that was used before", spent)
	}
}
