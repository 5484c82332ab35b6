// Package engines starts real OAuth servers for tests, each with git over HTTP
// behind its access tokens: Doorkeeper, the Ruby library that GitLab uses, and
// oidc-provider, a certified OpenID Connect server for Node.js. They show what a
// fake server cannot: which requests a real server accepts, rejects and revokes.
package engines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Engine is a running server with one public application and the repository
// URL + "/group/project.git". Git may send any username with an access token as
// the password. The methods may be called from any goroutine.
type Engine struct {
	// URL is the server's address: "http://127.0.0.1:port", without a final slash.
	URL string
	// ClientID is the application's client ID. Its redirect URI is
	// http://127.0.0.1/ on any port, and its scopes are read_repository and
	// write_repository.
	ClientID string

	AuthURL       string // authorization endpoint (RFC 6749 section 3.1)
	TokenURL      string // token endpoint (RFC 6749 section 3.2)
	RevokeURL     string // revocation endpoint (RFC 7009)
	DeviceAuthURL string // device authorization endpoint (RFC 8628 section 3.1), or ""

	consent []step // the pages with which every sign-in ends
}

const (
	clientID = "doorkey-test-client"

	// A cold start reads thousands of files, which takes seconds, or more on a
	// slow disk.
	startLimit   = 2 * time.Minute
	stopLimit    = time.Minute
	requestLimit = time.Minute
)

// start runs a program of the module's testdata. The program prints one line, its
// URL, as soon as it answers, and exits when its standard input is closed, which
// happens when t ends. If t failed, the program's log is printed.
func start(t testing.TB, name string, command *exec.Cmd) *Engine {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() // the program has its own copy
	command.Env = append(os.Environ(), "ENGINE_STATE="+t.TempDir(), "ENGINE_CLIENT_ID="+clientID)
	command.Stderr = log
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
		stop(t, name, command, stdin)
		if t.Failed() {
			text, err := os.ReadFile(log.Name())
			t.Logf("the log of %s (read error %v):\n%s", name, err, text)
		}
	})
	return &Engine{URL: readURL(t, name, command, stdout), ClientID: clientID}
}

// readURL waits for the line that the program prints as soon as it answers.
func readURL(t testing.TB, name string, command *exec.Cmd, stdout io.Reader) string {
	t.Helper()
	// Killing the program ends the read below.
	limit := time.AfterFunc(startLimit, func() { command.Process.Kill() })
	defer limit.Stop()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%s printed %q and no URL within %v: %v", name, line, startLimit, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// stop ends the program by closing its standard input, which also happens when
// the test process ends.
func stop(t testing.TB, name string, command *exec.Cmd, stdin io.Closer) {
	t.Helper()
	limit := time.AfterFunc(stopLimit, func() { command.Process.Kill() })
	defer limit.Stop()
	stdin.Close()
	if err := command.Wait(); err != nil {
		t.Errorf("%s did not stop when its standard input was closed: %v", name, err)
	}
}

// Expire makes every access token expire; refresh tokens stay valid.
func (e *Engine) Expire() error {
	_, err := e.control(http.MethodPost, "expire")
	return err
}

// Revoke revokes every grant with all its tokens, as an administrator would. The
// server does not notify the client.
func (e *Engine) Revoke() error {
	_, err := e.control(http.MethodPost, "revoke")
	return err
}

// Counts returns how many requests the engine has answered since its start. A
// grant type, such as "refresh_token", counts all requests to the token endpoint,
// and "refresh_token failed" those of them that were rejected. "authorize",
// "device_authorization" and "revoke" count all requests to these endpoints. A
// request that never happened is not in the map.
func (e *Engine) Counts() (map[string]int, error) {
	body, err := e.control(http.MethodGet, "counts")
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	return counts, json.Unmarshal(body, &counts)
}

// control sends a request to the engine's /-/test/, which no client may use, and
// returns the answer.
func (e *Engine) control(method, action string) ([]byte, error) {
	request, err := http.NewRequest(method, e.URL+"/-/test/"+action, nil)
	if err != nil {
		return nil, err
	}
	response, err := (&http.Client{Timeout: requestLimit}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s %q", method, request.URL, response.Status, body)
	}
	return body, err
}
