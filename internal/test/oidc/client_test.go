package oidc

import (
	"net/url"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628 section 3.4

// answer is what the endpoints send: RFC 6749 sections 5.1 and 5.2, RFC 8628
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

// authorizeAddress is the address that a sign-in opens.
func authorizeAddress(engine *Engine, changes map[string]string) string {
	return engine.AuthURL() + "?" + parts.AuthorizationRequest(engine.ClientID, changes)
}

// authorize signs in and returns the code that the redirect carries.
func authorize(t *testing.T, engine *Engine) string {
	t.Helper()
	redirect, err := engine.Authorize(authorizeAddress(engine, nil))
	if err != nil {
		t.Fatal(err)
	}
	return redirect.Query().Get("code")
}

// exchange gives the code back for tokens, with changes as in authorizeAddress.
func exchange(t *testing.T, engine *Engine, code string, changes map[string]string) answer {
	t.Helper()
	return post(t, engine.TokenURL(), parts.CodeExchange(engine.ClientID, code, changes))
}

// askForDevice starts a device's sign-in.
func askForDevice(t *testing.T, engine *Engine) answer {
	t.Helper()
	return post(t, engine.DeviceAuthURL(), url.Values{"client_id": {engine.ClientID}, "scope": {parts.BothScopes}})
}

func poll(t *testing.T, engine *Engine, deviceCode string) answer {
	t.Helper()
	return post(t, engine.TokenURL(), url.Values{
		"grant_type":  {deviceGrant},
		"client_id":   {engine.ClientID},
		"device_code": {deviceCode},
	})
}

// signIn signs a device in and returns its tokens.
func signIn(t *testing.T, engine *Engine) answer {
	t.Helper()
	device := askForDevice(t, engine)
	if err := engine.ApproveDevice(device.VerificationURIComplete); err != nil {
		t.Fatal(err)
	}
	return poll(t, engine, device.DeviceCode)
}

func refresh(t *testing.T, engine *Engine, refreshToken string) answer {
	t.Helper()
	return post(t, engine.TokenURL(), parts.RefreshRequest(engine.ClientID, refreshToken))
}

func post(t *testing.T, address string, fields url.Values) (got answer) {
	t.Helper()
	got.Status = parts.Post(t, address, fields, &got)
	return got
}

// repository is the address of group/project.git with the token as password.
func repository(engine *Engine, token string) string {
	return strings.Replace(engine.URL, "://", "://anybody:"+token+"@", 1) + "/group/project.git"
}

// reachable says whether the token reads the repository.
func reachable(engine *Engine, token string) bool {
	return parts.CanRead(repository(engine, token))
}

func wantError(t *testing.T, what string, got answer, status int, code string) {
	t.Helper()
	if got.Status != status || got.Error != code {
		t.Errorf("%s: %+v, want %d %q", what, got, status, code)
	}
}
