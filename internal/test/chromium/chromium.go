// Package chromium is a real browser for tests: Chromium without a window,
// told what to do over WebDriver (https://www.w3.org/TR/webdriver2/). It trusts
// every certificate, knows no name but localhost, and starts with an empty
// profile.
package chromium

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

// install is how to get what Start needs.
const install = "apt-get install --no-install-recommends chromium chromium-driver fonts-dejavu-core"

const (
	startLimit = time.Minute // a cold start reads some hundred megabytes
	pageLimit  = time.Minute // for a page, or for a button on it
	callLimit  = 2 * time.Minute
)

// Browser is a running Chromium with one page. Its methods end the test where
// the browser does not do what they say: call them from the test's own
// goroutine.
type Browser struct {
	t        testing.TB
	session  string // address of the WebDriver session
	requests []string
}

// Start starts Chromium and ends it with the test. Where it is not installed
// the test is skipped, or fails, as package parts has it.
func Start(t testing.TB) *Browser {
	t.Helper()
	parts.Program(t, "chromium", install)
	parts.Program(t, "chromedriver", install)
	home := t.TempDir()
	b := &Browser{t: t, session: startDriver(t, home) + "/session"}
	var created struct {
		SessionID    string `json:"sessionId"`
		Capabilities struct {
			ProcessID int `json:"goog:processID"`
		} `json:"capabilities"`
	}
	b.call(http.MethodPost, "", capabilities(t, filepath.Join(home, "profile")), &created)
	b.session += "/" + created.SessionID
	t.Cleanup(func() { b.quit(created.Capabilities.ProcessID) })
	b.Open("about:blank")
	b.logged("performance") // Chromium's own first page
	return b
}

// startDriver starts chromedriver on a free port of the loopback address and
// returns its address. All that it and Chromium write goes to home.
func startDriver(t testing.TB, home string) string {
	t.Helper()
	driver := exec.Command("chromedriver", "--port=0")
	driver.Env = append(os.Environ(), "HOME="+home, "TMPDIR="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_DATA_HOME="+home,
		"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	var log bytes.Buffer
	driver.Stderr = &log
	output, err := driver.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		driver.Process.Kill()
		driver.Wait()
	})
	// Killing it ends the reading below.
	limit := time.AfterFunc(startLimit, func() { driver.Process.Kill() })
	defer limit.Stop()
	port := readPort(output)
	if port == "" {
		driver.Process.Kill()
		driver.Wait()
		t.Fatalf("chromedriver did not start within %v: %s", startLimit, log.String())
	}
	go io.Copy(io.Discard, output) // so that it is never held up by what it prints
	return "http://127.0.0.1:" + port
}

// readPort reads what chromedriver prints until it names its port.
func readPort(output io.Reader) string {
	started := regexp.MustCompile(`started successfully on port (\d+)`)
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if found := started.FindStringSubmatch(lines.Text()); found != nil {
			return found[1]
		}
	}
	return ""
}

// capabilities is what a session is asked for (WebDriver section 7.2).
func capabilities(t testing.TB, profile string) any {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	limit := pageLimit.Milliseconds()
	return object{"capabilities": object{"alwaysMatch": object{
		"acceptInsecureCerts": true,
		"timeouts":            object{"implicit": limit, "pageLoad": limit, "script": limit},
		"goog:loggingPrefs":   object{"performance": "ALL", "browser": "ALL"},
		"goog:chromeOptions": object{"binary": program, "args": []string{
			"--headless=new", "--user-data-dir=" + profile,
			"--no-sandbox",            // it does not start as root with one, and all pages are the test's own
			"--disable-dev-shm-usage", // containers have little of that memory
			"--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync",
			"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
		}},
	}}}
}

// quit closes Chromium, which then leaves its profile alone. It is killed
// where it does not answer.
func (b *Browser) quit(process int) {
	if err := b.try(http.MethodDelete, "", nil, nil); err == nil {
		return
	}
	if chromium, err := os.FindProcess(process); err == nil {
		chromium.Kill()
	}
}
