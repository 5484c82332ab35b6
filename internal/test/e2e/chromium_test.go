package e2e

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/chromium"
)

// chromiumCommand is the command of a real browser:
//
//	chromium EVENTS BUTTON TITLE TEXT
//
// It waits until doorkey has written the address of a sign-in to EVENTS, a file
// of events, opens it and presses the button on the consent page. The script
// fails unless the browser ends on doorkey's page with that title and text, the
// code is nowhere in the browser, the browser has sent no requests to other
// servers, and the page fits on every screen.
//
// Screenshots of the page are stored in the directory DOORKEY_TEST_SCREENSHOTS,
// if that is set.
func chromiumCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: chromium EVENTS BUTTON TITLE TEXT")
	}
	events, button, title, text := args[0], args[1], args[2], args[3]
	address := eventField(ts, ts.MkAbs(events), `"event":"browser",.*"address":"([^"]*)"`)
	end := endAddress(ts, address)

	b := chromium.Start(test(ts))
	b.Open(address)
	b.Click(button)
	b.WaitForTitle("doorkey: " + title)
	if got := b.Text(); !strings.HasPrefix(got, title) || !strings.Contains(got, text) {
		ts.Fatalf("the last page says %q", got)
	}
	if complaints := b.Complaints(); len(complaints) > 0 {
		ts.Fatalf("the browser complains:\n%s", strings.Join(complaints, "\n"))
	}
	checkScreens(ts, b, events)
	checkHistory(ts, b, end)
	checkRequests(ts, b, end)
}

// endAddress returns where a sign-in ends: on the host of its redirect address, without any
// of the parameters that arrived there.
func endAddress(ts *testscript.TestScript, address string) *url.URL {
	request, err := url.Parse(address)
	ts.Check(err)
	redirect, err := url.Parse(request.Query().Get("redirect_uri"))
	ts.Check(err)
	return &url.URL{Scheme: "http", Host: redirect.Host, Path: "/doorkey-signed-in"}
}

// checkRequests checks all requests of the pages: only requests to the server, and requests
// to doorkey for the address with the code and for the last page.
func checkRequests(ts *testscript.TestScript, b *chromium.Browser, end *url.URL) {
	asked := map[string]int{}
	for _, request := range b.Requests() {
		address, err := url.Parse(request)
		ts.Check(err)
		asked[address.Host]++
	}
	if len(asked) != 2 || asked[ts.Getenv("GITLAB_HOST")] == 0 || asked[end.Host] < 2 {
		ts.Fatalf("asked for on each host: %v\n%s", asked, strings.Join(b.Requests(), "\n"))
	}
}

// checkHistory looks for the code in the places where the user, or the next user of this
// screen, could find it: in the address bar, and after Back and Forward.
func checkHistory(ts *testscript.TestScript, b *chromium.Browser, end *url.URL) {
	checkAddress(ts, b, end)
	b.Back()
	b.Forward()
	checkAddress(ts, b, end)
	for _, visited := range b.History() {
		address, err := url.Parse(visited)
		ts.Check(err)
		if address.Host == end.Host && visited != end.String() || address.Query().Has("code") {
			ts.Fatalf("the history has %q", visited)
		}
	}
}

func checkAddress(ts *testscript.TestScript, b *chromium.Browser, end *url.URL) {
	if got := b.Address(); got != end.String() {
		ts.Fatalf("the address bar has %q, not %q", got, end)
	}
}

// checkScreens checks the page on a large screen and on a phone's, light and dark.
func checkScreens(ts *testscript.TestScript, b *chromium.Browser, name string) {
	directory := os.Getenv("DOORKEY_TEST_SCREENSHOTS")
	if directory == "" {
		directory = ts.MkAbs(".")
	}
	for _, screen := range []struct {
		name          string
		width, height int
	}{{"wide", 1280, 800}, {"phone", 360, 640}} {
		b.Resize(screen.width, screen.height)
		if !b.Fits() {
			ts.Fatalf("the page does not fit on a %s screen", screen.name)
		}
		b.Dark(false)
		light := b.Screenshot()
		b.Dark(true)
		dark := b.Screenshot()
		if bytes.Equal(light, dark) {
			ts.Fatalf("the page is the same in the dark on a %s screen", screen.name)
		}
		prefix := filepath.Join(directory, name+"-"+screen.name)
		ts.Check(os.WriteFile(prefix+"-light.png", light, 0o600))
		ts.Check(os.WriteFile(prefix+"-dark.png", dark, 0o600))
	}
}
