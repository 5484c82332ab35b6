// Package doorkeepertest starts testdata/doorkeeper for a test: the OAuth
// engine that GitLab runs (Doorkeeper, a Ruby program), with git over HTTP
// behind its tokens. It settles what a fake server cannot: what the real engine
// accepts, refuses and revokes. Doorkeeper 5.5 comes with Debian 12.
package doorkeepertest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Engine is a running Doorkeeper with one public application, one user who is
// always signed in, and the repository URL + "/group/project.git". Its methods
// end the test when they fail: call them from the test's own goroutine.
type Engine struct {
	// URL is where it answers: "http://127.0.0.1:port", without a final slash.
	URL string
	// ClientID is the application's client ID. Its redirect URIs are
	// http://127.0.0.1 and http://127.0.0.1/, on any port, and its scopes
	// read_repository and write_repository.
	ClientID string

	t testing.TB
}

const (
	clientID = "doorkey-test-client"

	// A cold start reads some thousand Ruby files: seconds, on a slow disk more.
	startLimit   = time.Minute
	stopLimit    = 10 * time.Second
	requestLimit = 30 * time.Second
)

// Start runs an engine of its own for t and stops it when t ends; its log is
// printed if t failed. Where Ruby or Doorkeeper is not installed it skips t, or
// fails it when DOORKEY_TEST_REQUIRE is "all".
func Start(t testing.TB) *Engine {
	t.Helper()
	requirePackages(t)
	state := t.TempDir()
	log := filepath.Join(state, "doorkeeper.log")
	command := startCommand(t, state, log)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop(t, command, stdin)
		printIfFailed(t, log)
	})
	return &Engine{URL: readURL(t, command, stdout), ClientID: clientID, t: t}
}

// startCommand is testdata/doorkeeper/start with all it writes inside state.
func startCommand(t testing.TB, state, log string) *exec.Cmd {
	t.Helper()
	stderr, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stderr.Close() })
	command := exec.Command("ruby", filepath.Join(moduleRoot(t), "testdata", "doorkeeper", "start"))
	command.Env = append(os.Environ(),
		"DOORKEEPER_STATE="+state,
		"DOORKEEPER_REPOSITORIES="+filepath.Join(state, "repositories"),
		"DOORKEEPER_CLIENT_ID="+clientID,
		"DOORKEEPER_PORT=0")
	command.Stderr = stderr
	return command
}

// readURL waits for the one line that the engine prints once it answers.
func readURL(t testing.TB, command *exec.Cmd, stdout io.Reader) string {
	t.Helper()
	// Killing it ends the read below.
	limit := time.AfterFunc(startLimit, func() { command.Process.Kill() })
	defer limit.Stop()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("doorkeeper printed %q and no URL line within %v: %v", line, startLimit, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// stop ends the engine by closing its standard input, as the end of the test
// process would.
func stop(t testing.TB, command *exec.Cmd, stdin io.Closer) {
	t.Helper()
	limit := time.AfterFunc(stopLimit, func() { command.Process.Kill() })
	defer limit.Stop()
	stdin.Close()
	if err := command.Wait(); err != nil {
		t.Errorf("doorkeeper did not stop by itself: %v", err)
	}
}

// printIfFailed shows the engine's side of a failed test.
func printIfFailed(t testing.TB, log string) {
	t.Helper()
	if !t.Failed() {
		return
	}
	text, err := os.ReadFile(log)
	t.Logf("doorkeeper's log (read error %v):\n%s", err, text)
}

// Expire makes every live access token expired. Refresh tokens stay good, and
// Doorkeeper before 5.8.1 does not let a client revoke such a pair: /oauth/revoke
// answers 200 and keeps the grant.
func (e *Engine) Expire() {
	e.t.Helper()
	e.control(http.MethodPost, "expire")
}

// Revoke revokes every access token and its refresh token, as an administrator
// would: the client is not told.
func (e *Engine) Revoke() {
	e.t.Helper()
	e.control(http.MethodPost, "revoke")
}

// Counts returns how many requests the engine has answered since its start.
// "authorize" counts consent pages (or error pages in their place), "revoke"
// counts requests to /oauth/revoke, and each grant type, such as
// "refresh_token", counts requests to /oauth/token, of which
// "refresh_token failed" were refused. What never happened is 0.
func (e *Engine) Counts() map[string]int {
	e.t.Helper()
	counts := map[string]int{}
	if err := json.Unmarshal(e.control(http.MethodGet, "counts"), &counts); err != nil {
		e.t.Fatalf("counts: %v", err)
	}
	return counts
}

// control calls the engine's /-/test/ and returns what it answers.
func (e *Engine) control(method, action string) []byte {
	e.t.Helper()
	request, err := http.NewRequest(method, e.URL+"/-/test/"+action, nil)
	if err != nil {
		e.t.Fatal(err)
	}
	client := &http.Client{Timeout: requestLimit}
	response, err := client.Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		e.t.Fatalf("%s %s: %s %q (read error %v)", method, action, response.Status, body, err)
	}
	return body
}
