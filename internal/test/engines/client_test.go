package engines

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const (
	redirectURI = "http://127.0.0.1:1234/"
	bothScopes  = "read_repository write_repository"
	state       = "a state & more"
	verifier    = "verifier-verifier-verifier-verifier-verifier" // 43 characters or more: RFC 7636 section 4.1
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628 section 3.4
)

// client is the application that an engine knows, in one test.
type client struct {
	*Engine
	kind
	t *testing.T
}

// run runs a subtest.
func (c client) run(name string, test func(client)) {
	c.t.Run(name, func(t *testing.T) {
		c.t = t
		test(c)
	})
}

// answer is the answer of an endpoint: RFC 6749 sections 5.1 and 5.2, RFC 8628
// section 3.2.
type answer struct {
	Status       int    `json:"-"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	Scope        string `json:"scope"`
	Error        string `json:"error"`

	DeviceCode              string `json:"device_code"`
	UserCode                string `json:"user_code"`
	VerificationURI         string `json:"verification_uri"`
	VerificationURIComplete string `json:"verification_uri_complete"`
	Interval                *int   `json:"interval"`
}

// changes replace parameters of a request, or remove those with the value "".
type changes map[string]string

func (c changes) applyTo(fields url.Values) url.Values {
	for name, value := range c {
		fields.Set(name, value)
		if value == "" {
			fields.Del(name)
		}
	}
	return fields
}

// authorize requests a code (RFC 6749 section 4.1.1, RFC 7636) and returns the
// redirect to which the steps lead.
func (c client) authorize(changed changes, steps ...step) (*url.URL, error) {
	challenge := sha256.Sum256([]byte(verifier))
	request := changed.applyTo(url.Values{
		"response_type":         {"code"},
		"client_id":             {c.ClientID},
		"redirect_uri":          {redirectURI},
		"scope":                 {bothScopes},
		"state":                 {state},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	})
	b, err := c.walk(c.AuthURL+"?"+request.Encode(), steps...)
	if err != nil {
		return nil, err
	}
	if b.redirect == nil {
		return nil, b.unexpected("a redirect")
	}
	return b.redirect, nil
}

// code signs in and returns the code of the redirect.
func (c client) code(scope string) string {
	c.t.Helper()
	redirect, err := c.authorize(changes{"scope": scope}, c.consent...)
	if err != nil {
		c.t.Fatal(err)
	}
	return redirect.Query().Get("code")
}

// exchange exchanges a code for tokens (RFC 6749 section 4.1.3).
func (c client) exchange(code string, changed changes) answer {
	c.t.Helper()
	return c.post(c.TokenURL, changed.applyTo(url.Values{
		"grant_type":    {"authorization_code"},
		"client_id":     {c.ClientID},
		"redirect_uri":  {redirectURI},
		"code":          {code},
		"code_verifier": {verifier},
	}))
}

// refresh sends a refresh token (RFC 6749 section 6).
func (c client) refresh(token string) answer {
	c.t.Helper()
	return c.post(c.TokenURL, url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ClientID}, "refresh_token": {token}})
}

// revoke revokes a token (RFC 7009 section 2.1).
func (c client) revoke(token string) answer {
	c.t.Helper()
	return c.post(c.RevokeURL, url.Values{"client_id": {c.ClientID}, "token": {token}})
}

// signIn returns the tokens of a new grant. It uses the device flow if the engine
// has one, because the code flow has its own rows.
func (c client) signIn() answer {
	c.t.Helper()
	if c.DeviceAuthURL != "" {
		return c.poll(c.approvedDevice().DeviceCode)
	}
	return c.exchange(c.code(bothScopes), nil)
}

// post sends a form and returns the answer. Several goroutines may call it at
// once, so it never ends the test.
func (c client) post(address string, fields url.Values) (got answer) {
	c.t.Helper()
	response, err := http.PostForm(address, fields)
	if err != nil {
		c.t.Error(err)
		return got
	}
	defer response.Body.Close()
	if response.ContentLength != 0 {
		if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
			c.t.Errorf("%s: %s: %v", address, response.Status, err)
		}
	}
	got.Status = response.StatusCode
	return got
}

func (c client) wantTokens(what string, got answer) {
	c.t.Helper()
	if got.Status != http.StatusOK || got.TokenType != "Bearer" || got.ExpiresIn != 7200 || got.Scope != bothScopes || got.RefreshToken == "" {
		c.t.Errorf("%s: %+v, want two tokens for 7200 s and both scopes", what, got)
	}
}

// wantResult expects a status and, if there is one, an error: "400 invalid_grant".
func (c client) wantResult(what string, got answer, want string) {
	c.t.Helper()
	if result := strings.TrimSpace(fmt.Sprint(got.Status, " ", got.Error)); result != want {
		c.t.Errorf("%s: %+v, want %q", what, got, want)
	}
}

// counts is Counts, and ends the test on an error.
func (c client) counts() map[string]int {
	c.t.Helper()
	counts, err := c.Counts()
	if err != nil {
		c.t.Fatal(err)
	}
	return counts
}

// wantCounts expects that the engine has counted this many requests since it
// returned the earlier counts.
func (c client) wantCounts(earlier, want map[string]int) {
	c.t.Helper()
	got := c.counts()
	for name := range got {
		got[name] -= earlier[name]
	}
	maps.DeleteFunc(got, func(_ string, count int) bool { return count == 0 })
	if !maps.Equal(got, want) {
		c.t.Errorf("counts %v, want %v", got, want)
	}
}

// must ends the test on an error.
func (c client) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}
