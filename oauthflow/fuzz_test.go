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

// FuzzGrant: whatever a token endpoint answers, accepted tokens consist of visible ASCII
// characters and fit on one line for git. No expiry is in the past or more than ten years
// away.
func FuzzGrant(f *testing.F) {
	f.Add("a", "r", "read_repository write_repository", "7200", "gitlab")
	f.Add("a", "", "repo,workflow", `"7200.5"`, "github")
	f.Add("a\nhost=evil.example", " ", ",\u2028 \x00", "-1", "github")
	f.Add("a\xff", "r\x7f", "", "1e999", "")
	f.Add(strings.Repeat("a", 60001), "r", "[", `{}, "access_token": ["b"]`, "oauth")
	f.Fuzz(func(t *testing.T, access, refresh, scope, expires, kind string) {
		provider := testProvider()
		provider.Kind = kind
		texts, err := json.Marshal(map[string]string{"access_token": access, "refresh_token": refresh, "scope": scope})
		if err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		grant, err := provider.grant(readFields([]byte(strings.TrimSuffix(string(texts), "}") + `,"expires_in":` + expires + "}")))
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

// FuzzError: an error from a server is one line and contains none of the secrets that were
// sent. A wait that it requests is not negative and not too long.
func FuzzError(f *testing.F) {
	f.Add("What is ", "c97d1fe5-hunter2", "?", "120", "5")
	f.Add("a\n", "secret+with/odd=characters&", "\x1b[2J\u2028", "Tue, 29 Oct 2030 16:56:32 GMT", "-1")
	f.Add("", "00000000", strings.Repeat("\xff", 400), "-1", "1e999")
	f.Fuzz(func(t *testing.T, before, sent, after, wait, interval string) {
		sent = "token~" + sent // a prefix that is not in any text that doorkey writes itself
		if !isVisibleASCII(sent) || strings.Contains(before+after, sent) || strings.Contains(before+after, url.QueryEscape(sent)) {
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

// FuzzMetadataEndpoints: whatever addresses a server's metadata contain, doorkey accepts
// only addresses on exactly the git host.
func FuzzMetadataEndpoints(f *testing.F) {
	f.Add("https://h.example:8443/a", "https://h.example:8443/t", "", "")
	f.Add("/a", "//H.EXAMPLE:8443", "https://h.example:8443@evil.example/", "https:evil")
	f.Add("https://h.example.:8443", "https://h.example:08443", "HTTPS://h.example:8443\\@evil.example", "http://h.example:8443")
	base := &url.URL{Scheme: "https", Host: "h.example:8443"}
	f.Fuzz(func(t *testing.T, authorize, token, device, revoke string) {
		m := metadata{issuer: base.String(), authURL: authorize, tokenURL: token, deviceURL: device, revokeURL: revoke}
		taken, err := m.settings(base, Settings{})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("error %q", err)
			}
			return
		}
		for _, endpoint := range []string{taken.AuthURL, taken.TokenURL, taken.DeviceAuthURL, taken.RevokeURL} {
			request, err := http.NewRequest(http.MethodPost, endpoint, nil)
			if endpoint != "" && (err != nil || request.URL.Scheme != "https" || !strings.EqualFold(request.URL.Host, base.Host)) {
				t.Errorf("took %q, %v", endpoint, err)
			}
		}
	})
}

// FuzzVerificationURL: doorkey sends a user to a plain web address, and only to the host of
// a server that doorkey knows.
func FuzzVerificationURL(f *testing.F) {
	f.Add("https://gitlab.example.com/oauth/device", "gitlab")
	f.Add("http://GitLab.example.com:80/oauth/device?a=b", "gitlab")
	f.Add("https://gitlab.example.com@evil.example", "gitlab")
	f.Add("https://evil.example\\@gitlab.example.com/%0a", "oauth")
	f.Add("//gitlab.example.com", "")
	f.Fuzz(func(t *testing.T, given, kind string) {
		provider := testProvider()
		provider.Kind = kind
		shown, err := provider.verificationURL(given)
		if err != nil {
			return
		}
		checkShownAddress(t, kind, shown)
		if complete := provider.completeURL("", DeviceCode{UserCode: "A B&c=#", VerificationURL: shown}); complete != "" {
			checkShownAddress(t, kind, complete)
		}
	})
}

// FuzzCallbackRequest: of everything that can be sent to the listener, only a GET with
// exactly the right path, Host and state ends the wait. The last page is available once
// there is a result, and all other requests get "not found".
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
			return // net/http answers it
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

// FuzzPastedAddress: doorkey reads the code and the state from the address on which a
// sign-in ended, whatever a terminal or a mail program added around it.
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

// FuzzEndpoints: whatever is configured, tokens are sent to https addresses with a host and
// without a user, or stay on this machine. The listener is always on this machine, too.
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
