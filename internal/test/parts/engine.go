package parts

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

// Engine is a running program of the module's testdata/: an OAuth engine, with
// git over HTTP behind its tokens, to which a test can do what no client may.
// Its methods end the test when they fail: call them from the test's own
// goroutine.
type Engine struct {
	// URL is where it answers: "http://127.0.0.1:port", without a final slash.
	URL string

	t testing.TB
}

const (
	// A cold start reads some thousand files: seconds, on a slow disk more.
	startLimit = 2 * time.Minute
	stopLimit  = time.Minute

	// RequestLimit is how long a test waits for the answer to a request.
	RequestLimit = time.Minute
)

// StartEngine runs a command that prints one line, its URL, once it answers, and
// that ends when its standard input is closed. It closes that when t ends, and
// then prints what came on the command's standard error if t failed. The name is
// what messages call the engine.
func StartEngine(t testing.TB, name string, command *exec.Cmd) *Engine {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() // the command has its own
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
		printIfFailed(t, name, log.Name())
	})
	return &Engine{URL: readURL(t, name, command, stdout), t: t}
}

// readURL waits for the one line that the engine prints once it answers.
func readURL(t testing.TB, name string, command *exec.Cmd, stdout io.Reader) string {
	t.Helper()
	// Killing it ends the read below.
	limit := time.AfterFunc(startLimit, func() { command.Process.Kill() })
	defer limit.Stop()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%s printed %q and no URL line within %v: %v", name, line, startLimit, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// stop ends the engine by closing its standard input, as the end of the test
// process would.
func stop(t testing.TB, name string, command *exec.Cmd, stdin io.Closer) {
	t.Helper()
	limit := time.AfterFunc(stopLimit, func() { command.Process.Kill() })
	defer limit.Stop()
	stdin.Close()
	if err := command.Wait(); err != nil {
		t.Errorf("%s did not stop by itself: %v", name, err)
	}
}

// printIfFailed shows the engine's side of a failed test.
func printIfFailed(t testing.TB, name, log string) {
	t.Helper()
	if !t.Failed() {
		return
	}
	text, err := os.ReadFile(log)
	t.Logf("%s's log (read error %v):\n%s", name, err, text)
}

// Expire makes every live access token expired; refresh tokens stay good.
func (e *Engine) Expire() {
	e.t.Helper()
	e.control(http.MethodPost, "expire")
}

// Revoke revokes every grant with all its tokens, as an administrator would:
// the client is not told.
func (e *Engine) Revoke() {
	e.t.Helper()
	e.control(http.MethodPost, "revoke")
}

// Counts returns how many requests the engine has answered since its start. Each
// grant type, such as "refresh_token", counts all requests to the token endpoint,
// of which "refresh_token failed" were refused. "authorize",
// "device_authorization" and "revoke" count all requests to these endpoints. What
// never happened is 0.
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
	client := &http.Client{Timeout: RequestLimit}
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
