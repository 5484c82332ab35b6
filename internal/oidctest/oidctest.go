// Package oidctest starts testdata/oidc-provider for a test: a certified OpenID
// Connect server (oidc-provider, a Node.js program) as the OAuth engine, with
// git over HTTP behind its tokens. It settles what GitLab's own engine cannot
// show: the device flow (RFC 8628) as its standard has it, "iss" in the redirect
// (RFC 9207), and a refresh token whose second use ends the whole grant.
package oidctest

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

// Engine is a running oidc-provider with one public application and the
// repository URL + "/group/project.git", which any live access token opens.
type Engine struct {
	// URL is where it answers: "http://127.0.0.1:port", without a final slash.
	URL string
	// ClientID is the application's client ID. Its redirect URI is
	// http://127.0.0.1/, on any port, and its scopes read_repository and
	// write_repository.
	ClientID string

	t testing.TB
}

const (
	clientID = "doorkey-test-client"

	startLimit   = time.Minute
	stopLimit    = 10 * time.Second
	requestLimit = 30 * time.Second
)

// Start runs an engine of its own for t and stops it when t ends; its log is
// printed if t failed. Where Node.js or oidc-provider is not installed it skips
// t, or fails it when DOORKEY_TEST_REQUIRE is "all".
func Start(t testing.TB) *Engine {
	t.Helper()
	directory := filepath.Join(moduleRoot(t), "testdata", "oidc-provider")
	requirePackages(t, directory)
	state := t.TempDir()
	log := filepath.Join(state, "oidc-provider.log")
	command := startCommand(t, directory, state, log)
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

// startCommand is start.mjs with all it writes inside state.
func startCommand(t testing.TB, directory, state, log string) *exec.Cmd {
	t.Helper()
	stderr, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stderr.Close() })
	command := exec.Command("node", filepath.Join(directory, "start.mjs"))
	command.Env = append(os.Environ(),
		"OIDC_PROVIDER_STATE="+state,
		"OIDC_PROVIDER_CLIENT_ID="+clientID,
		"OIDC_PROVIDER_PORT=0")
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
		t.Fatalf("oidc-provider printed %q and no URL line within %v: %v", line, startLimit, err)
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
		t.Errorf("oidc-provider did not stop by itself: %v", err)
	}
}

// printIfFailed shows the engine's side of a failed test.
func printIfFailed(t testing.TB, log string) {
	t.Helper()
	if !t.Failed() {
		return
	}
	text, err := os.ReadFile(log)
	t.Logf("oidc-provider's log (read error %v):\n%s", err, text)
}

// AuthURL is the authorization endpoint (RFC 6749 section 3.1).
func (e *Engine) AuthURL() string { return e.URL + "/auth" }

// TokenURL is the token endpoint (RFC 6749 section 3.2).
func (e *Engine) TokenURL() string { return e.URL + "/token" }

// DeviceAuthURL is the device authorization endpoint (RFC 8628 section 3.1). It
// answers without an interval, so that a client waits five seconds between
// polls; the engine itself does not mind faster ones.
func (e *Engine) DeviceAuthURL() string { return e.URL + "/device/auth" }

// RevokeURL is the revocation endpoint (RFC 7009): revoking one token ends its
// whole grant.
func (e *Engine) RevokeURL() string { return e.URL + "/token/revocation" }

// Expire makes every live access token expired; refresh tokens stay good. It
// ends the test when it fails: call it from the test's own goroutine.
func (e *Engine) Expire() {
	e.t.Helper()
	e.control(http.MethodPost, "expire")
}

// Revoke revokes every grant with all its tokens, as an administrator would:
// the client is not told. It ends the test when it fails, as Expire does.
func (e *Engine) Revoke() {
	e.t.Helper()
	e.control(http.MethodPost, "revoke")
}

// Counts returns how many requests the engine has answered since its start.
// "authorization", "device_authorization" and "revocation" count those to these
// endpoints, and each grant type, such as "refresh_token", those to the token
// endpoint. What was refused counts once more with its error code, as in
// "refresh_token invalid_grant". What never happened is 0. It ends the test when
// it fails, as Expire does.
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
