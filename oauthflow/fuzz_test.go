package oauthflow

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzGrant: whatever a token endpoint answers, the tokens that are taken are
// of visible ASCII and fit a line for git, and no expiry lies in the past or
// further off than ten years.
func FuzzGrant(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"a","refresh_token":"r","expires_in":7200,"scope":"read_repository write_repository"}`,
		`{"access_token":"a","expires_in":"7200.5","scope":"repo,workflow"} and more`,
		`{"access_token":"a\nhost=evil.example","expires_in":-1}`, `{"access_token":"a","refresh_token":" ","expires_in":1e999}`,
		`{"access_token":["a"],"access_token":"b","scope":7}`, `[]`, `null`, `{"access_token":"a\ud800"}`,
	} {
		f.Add([]byte(seed), "gitlab")
		f.Add([]byte(seed), "github")
	}
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		provider := testProvider()
		provider.Kind = kind
		before := time.Now()
		grant, err := provider.grant(readFields(body))
		if err != nil {
			return
		}
		for _, token := range []string{grant.AccessToken.Reveal(), grant.RefreshToken.Reveal()} {
			if len(token) > 60000 || strings.ContainsFunc(token, func(c rune) bool { return c < '!' || c > '~' }) {
				t.Errorf("took the token %q", token)
			}
		}
		if grant.AccessToken.IsEmpty() {
			t.Error("took an answer without an access token")
		}
		if left := grant.Expiry.Sub(before); !grant.Expiry.IsZero() && (left < 0 || left > mostSeconds*time.Second+time.Minute) {
			t.Errorf("expires in %v", left)
		}
		if slices.ContainsFunc(grant.Scopes, func(scope string) bool { return len(strings.Fields(scope)) != 1 }) {
			t.Errorf("scopes %q", grant.Scopes)
		}
	})
}

// FuzzError: an error of a server is a line, it has none of the secrets that
// were sent, and no wait that it asks for is negative or too long.
func FuzzError(f *testing.F) {
	f.Add("What is ", "c97d1fe5-hunter2", "?", "120", "5")
	f.Add("a\n", "secret+with/odd=characters&", "\x1b[2J\u2028", "Tue, 29 Oct 2030 16:56:32 GMT", "-1")
	f.Add("", "00000000", strings.Repeat("\xff", 400), "-1", "1e999")
	f.Fuzz(func(t *testing.T, before, sent, after, wait, interval string) {
		if len(sent) < 8 || !isVisibleASCII(sent) || strings.ContainsAny(sent, "[]") {
			return // what doorkey writes itself may have it
		}
		if strings.Contains(before+after, sent) || strings.Contains(before+after, url.QueryEscape(sent)) {
			return
		}
		for _, form := range []url.Values{{"refresh_token": {sent}}, {"client_secret": {sent}}, {"code": {sent}}, {"token": {sent}}} {
			for _, echo := range []string{before + sent + after, before + form.Encode() + after} {
				response := &http.Response{StatusCode: 400, Header: http.Header{"Retry-After": {wait}}}
				answer := newError(response, fields{"error": echo, "error_description": echo, "interval": json.Number(interval)}, form)
				text := answer.Error()
				if strings.ContainsAny(text, "\n\r\u2028\u2029") || strings.Contains(text, sent) || strings.Contains(text, url.QueryEscape(sent)) {
					t.Errorf("error %q", text)
				}
				if answer.retryAfter < 0 || answer.retryAfter > longestRetryAfter || answer.interval < 0 || answer.interval > longestInterval {
					t.Errorf("waits %v, asks every %v", answer.retryAfter, answer.interval)
				}
			}
		}
	})
}

// FuzzCallbackRequest: of everything that can be sent to the listener, only a
// GET of the very path, with the very Host and state, ends the wait; the last
// page is there once it is decided, and all else is not found.
func FuzzCallbackRequest(f *testing.F) {
	for _, seed := range []string{
		"GET /?state=s&code=c HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n", "GET http://127.0.0.1:4000/?state=s&code=c HTTP/1.0\r\n\r\n",
		"POST /?state=s&code=c HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n", "GET /?state=s&code=c HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET //evil.example/?state=s&code=c HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n", "GET /a/../?state=s&code=c HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n",
		"GET /doorkey-signed-in HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n", "CONNECT 127.0.0.1:4000 HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n",
		"GET /%2f?state=s&code=c HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n", "HEAD /?state=s&code=c HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(sent)))
		if err != nil {
			return // package http answers it
		}
		c := &callback{
			redirect: &url.URL{Scheme: "http", Host: "127.0.0.1:4000", Path: "/"},
			answers:  make(chan url.Values, 1), decided: make(chan struct{}), shown: make(chan struct{}, 1),
		}
		close(c.decided)
		recorder := httptest.NewRecorder()
		c.handler(attempt{state: "s"}.matches).ServeHTTP(recorder, request)

		mine := request.Method == "GET" && request.Host == "127.0.0.1:4000"
		want := http.StatusNotFound
		switch {
		case mine && request.URL.Path == "/" && attempt{state: "s"}.matches(request.URL.Query()):
			want = http.StatusSeeOther
		case mine && request.URL.Path == endPath:
			want = http.StatusOK
		}
		if recorder.Code != want || len(c.answers) > 0 != (want == http.StatusSeeOther) {
			t.Errorf("%s %q at %q is answered with %d, not %d", request.Method, request.URL, request.Host, recorder.Code, want)
		}
	})
}

// FuzzPastedAddress: the address that a sign-in ended on gives its code and its
// state, whatever a terminal or a mail program put around it.
func FuzzPastedAddress(f *testing.F) {
	f.Add("c0de", "st4te", uint8(0))
	f.Add("a b?c#d", "\"<>'&=%", uint8(3))
	f.Add("\x1b[2J\xff\u202e", " ", uint8(5))
	f.Fuzz(func(t *testing.T, code, state string, wrapped uint8) {
		answer := url.Values{"code": {code}, "state": {state}}
		address := "http://127.0.0.1:4000/?" + answer.Encode()
		around := [][2]string{{"", ""}, {" ", "\r\n"}, {"<", ">"}, {"\"", "\""}, {"\x1b[200~", "\x1b[201~"}, {"", "#fragment"}, {"'", "'\t"}}[wrapped%7]
		got, err := parsePasted(around[0] + address + around[1])
		if err != nil || len(got) != 2 || got.Get("code") != code || got.Get("state") != state {
			t.Errorf("%q with %q around is read as %q, %v", address, around, got, err)
		}
	})
}

// FuzzEndpoints: whatever is configured, tokens go to https addresses with a
// host and without a user, or stay on this machine, where doorkey listens, too.
func FuzzEndpoints(f *testing.F) {
	f.Add("/oauth/authorize", "https://other.example/token", "", "revoke", "http://127.0.0.1/", "")
	f.Add("https:evil", "//evil.example", "http://127.0.0.1:1/", "https://u@h.example", "http://localhost:7171", "gitlab")
	f.Add("https:///a", "https://h.example#", "\\\\evil", "http://[::1%25lo]/", "http://[::1]:0/a", "oauth")
	f.Fuzz(func(t *testing.T, authorize, token, device, revoke, redirect, kind string) {
		provider, err := Resolve("https://gitlab.example.com", nil, Settings{
			Kind: kind, ClientID: "app", AuthURL: authorize, TokenURL: token, DeviceAuthURL: device, RevokeURL: revoke, RedirectURL: redirect,
		})
		if err != nil {
			return
		}
		for _, endpoint := range []string{provider.AuthURL, provider.TokenURL, provider.DeviceAuthURL, provider.RevokeURL} {
			address, err := url.Parse(endpoint)
			if err != nil || endpoint != "" && (address.Host == "" || address.User != nil || address.Fragment != "" || !carriesTokens(address)) {
				t.Errorf("endpoint %q, %v", endpoint, err)
			}
		}
		back, err := url.Parse(provider.RedirectURL)
		if err != nil || back.Scheme != "http" || back.User != nil || back.RawQuery != "" || !isLoopback(back.Hostname()) && back.Hostname() != "localhost" {
			t.Errorf("redirect URL %q, %v", provider.RedirectURL, err)
		}
	})
}
