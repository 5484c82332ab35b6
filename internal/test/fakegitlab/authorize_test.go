package fakegitlab

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/fakebrowser"
)

func TestAuthorizeRefuses(t *testing.T) {
	good := authorizeRequest()
	for _, test := range []struct {
		name       string
		parameters url.Values
		status     int
		redirected string // the error in the redirect, "" for a page
		problem    string
	}{
		{"unknown application", with(good, "client_id", "other"), 401, "", ""},
		{"redirect address that is not registered", with(good, "redirect_uri", "http://localhost:1/"), 400, "", ""},
		{"scope that is not ticked", with(good, "scope", "api"), 400, "", ""},
		{"no scope", with(good, "scope"), 400, "", ""},
		{"implicit grant", with(good, "response_type", "token"), 302, "unsupported_response_type", "response_type"},
		{"no state", with(good, "state"), 302, "invalid_request", "state"},
		{"state that can be guessed", with(good, "state", "123"), 302, "invalid_request", "state"},
		{"no PKCE", with(with(good, "code_challenge"), "code_challenge_method"), 302, "invalid_request", "code_challenge_method"},
		{"plain PKCE", with(good, "code_challenge_method", "plain"), 302, "invalid_request", "code_challenge_method"},
		{"challenge that is no hash", with(good, "code_challenge", "short"), 302, "invalid_request", "code_challenge"},
		{"unknown parameter", with(good, "access_type", "offline"), 400, "", `unknown parameter "access_type"`},
		{"parameter given twice", with(good, "state", testState, testState), 400, "", `"state" is given 2 times`},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{ConsentAutomatically: true})
			response, body := send(t, server, newRequest(t, "GET", server.URL()+"/oauth/authorize?"+test.parameters.Encode(), nil))
			if response.StatusCode != test.status {
				t.Errorf("status %d, want %d\n%s", response.StatusCode, test.status, body)
			}
			if location, _ := response.Location(); location != nil && location.Query().Get("error") != test.redirected {
				t.Errorf("redirected to %s", location)
			}
			if test.redirected == "" && !strings.Contains(body, "An error has occurred") {
				t.Errorf("no page that shows the error:\n%s", body)
			}
			wantProblem(t, server, test.problem)
		})
	}
}

func TestAuthorizeOfConfidentialApplicationNeedsNoPKCE(t *testing.T) {
	server := start(t, Options{ClientSecret: "secret", ConsentAutomatically: true})
	request := with(with(authorizeRequest(), "code_challenge"), "code_challenge_method")
	form := with(with(codeForm(signIn(t, server, request)), "code_verifier"), "client_secret", "secret")
	if status, answer := post(t, server, "/oauth/token", form); status != 200 {
		t.Errorf("status %d: %v", status, answer)
	}
	wantProblem(t, server, "")
}

func TestAuthorizeConsent(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		answer  fakebrowser.Answer
		want    url.Values // in addition to the code
	}{
		{"authorize", Options{}, fakebrowser.Authorize, url.Values{"state": {testState}}},
		{"authorize under a relative root", Options{Root: "/git/lab"}, fakebrowser.Authorize, url.Values{"state": {testState}}},
		{"authorize without a question", Options{ConsentAutomatically: true}, fakebrowser.Authorize, url.Values{"state": {testState}}},
		{"authorize with another issuer", Options{SendIssuer: true, Issuer: "https://other.example"}, fakebrowser.Authorize,
			url.Values{"state": {testState}, "iss": {"https://other.example"}}},
		{"deny", Options{}, fakebrowser.Deny, url.Values{"state": {testState}, "error": {"access_denied"},
			"error_description": {"The resource owner or authorization server denied the request."}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, test.options)
			address := visitLoopback(t, server, test.answer)
			got := address.Query()
			if (got.Get("code") == "") == (test.answer == fakebrowser.Authorize) {
				t.Errorf("code is %q", got.Get("code"))
			}
			got.Del("code")
			if got.Encode() != test.want.Encode() {
				t.Errorf("sent back with %v, want %v", got, test.want)
			}
			wantProblem(t, server, "")
		})
	}
}

// visitLoopback requests a code like a user in a browser, and returns the last
// address of the browser, where nothing listens.
func visitLoopback(t *testing.T, server *Server, answer fakebrowser.Answer) *url.URL {
	t.Helper()
	browser, err := fakebrowser.New(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	// No program may listen on port 1.
	request := with(authorizeRequest(), "redirect_uri", "http://127.0.0.1:1/")
	page, err := browser.Visit(t.Context(), server.URL()+"/oauth/authorize?"+request.Encode(), answer)
	if page.Status != 0 {
		t.Fatalf("ended on %d %s: %v\n%s", page.Status, page.URL, err, page.Body)
	}
	address, err := url.Parse(page.URL)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func TestConsentPageIsForPeopleOnly(t *testing.T) {
	server := start(t, Options{})
	response, body := send(t, server, newRequest(t, "GET", server.URL()+"/oauth/authorize?"+authorizeRequest().Encode(), nil))
	for _, want := range []string{"doorkey", "write_repository", "127.0.0.1:40000", "Authorize", "Deny", "prefers-color-scheme", "viewport"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	policy := response.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self' http:"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q has no %q", policy, want)
		}
	}
	if cookie := response.Cookies()[0]; !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v", cookie)
	}
}

func TestConsentNeedsTheBrowsersOwnForm(t *testing.T) {
	server := start(t, Options{})
	for _, path := range []string{"/oauth/authorize", "/oauth/device/confirm", "/oauth/device"} {
		form := url.Values{"authenticity_token": {"guessed"}}
		response, body := send(t, server, newRequest(t, "POST", server.URL()+path, form))
		if response.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d\n%s", path, response.StatusCode, body)
		}
	}
}
