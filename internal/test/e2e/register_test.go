package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// register is "gitlab register [confidential]". It does on GitLab's page what the terminal
// shows, and nothing else, or leaves "Confidential" ticked as it is by default. It sets
// $APPLICATION_ID and, for a confidential application, $APPLICATION_SECRET to what the page
// shows after that.
func register(ts *testscript.TestScript, args []string) {
	screen := screenOf(ts)
	browser := browserOf(ts)
	page := load(ts, browser, onScreen(ts, screen, `^1\. Open (https://\S+)`))
	form := url.Values{
		"authenticity_token":           {onScreen(ts, page, `authenticity_token" value="([^"]*)"`)},
		"doorkeeper_application[name]": {onScreen(ts, screen, `^ +Name +(\S+)`)},
		"doorkeeper_application[redirect_uri]": {strings.Join(regexp.MustCompile(`http://127\.0\.0\.1\S*`).FindAllString(
			onScreen(ts, screen, `(?s)^ +Redirect URI(.*)^ +Confidential`), -1), "\r\n")},
		"doorkeeper_application[scopes][]": strings.Split(onScreen(ts, screen, `^ +Scopes +tick (.*)`), " and "),
	}
	if slices.Contains(args, "confidential") {
		form.Set("doorkeeper_application[confidential]", "1")
	} else {
		onScreen(ts, screen, `^ +Confidential +(untick)`)
	}
	response, err := browser.PostForm(ts.Getenv("GITLAB")+"/oauth/applications", form)
	ts.Check(err)
	page = bodyOf(ts, response)
	ts.Setenv("APPLICATION_ID", onScreen(ts, page, `<code id="application_id">([^<]*)`))
	if slices.Contains(args, "confidential") {
		ts.Setenv("APPLICATION_SECRET", onScreen(ts, page, `<code id="secret">([^<]*)`))
	}
}

// onScreen returns the first group of a pattern in a text.
func onScreen(ts *testscript.TestScript, text, pattern string) string {
	found := regexp.MustCompile("(?m)" + pattern).FindStringSubmatch(text)
	if found == nil {
		ts.Fatalf("there is no %q in:\n%s", pattern, text)
	}
	return strings.TrimSpace(found[1])
}

// browserOf returns a browser that trusts the fake GitLab and stores its cookies.
func browserOf(ts *testscript.TestScript) *http.Client {
	pem, err := os.ReadFile(ts.Getenv("GITLAB_CA"))
	ts.Check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	return &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
}

func load(ts *testscript.TestScript, browser *http.Client, address string) string {
	response, err := browser.Get(address)
	ts.Check(err)
	return bodyOf(ts, response)
}

func bodyOf(ts *testscript.TestScript, response *http.Response) string {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	return string(body)
}
