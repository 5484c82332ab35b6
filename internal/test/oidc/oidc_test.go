package oidc

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestDeviceFromCodeToRefresh(t *testing.T) {
	engine := Start(t)
	device := askForDevice(t, engine)
	if device.Status != http.StatusOK || device.ExpiresIn != 600 || device.Interval != nil {
		t.Errorf("device authorization: %+v, want 600 s and no interval", device)
	}
	if want := device.VerificationURI + "?user_code=" + device.UserCode; device.VerificationURIComplete != want {
		t.Errorf("complete address %q, want %q", device.VerificationURIComplete, want)
	}
	wantError(t, "first poll", poll(t, engine, device.DeviceCode), 400, "authorization_pending")
	wantError(t, "poll at once", poll(t, engine, device.DeviceCode), 400, "authorization_pending")

	if err := engine.ApproveDevice(device.VerificationURIComplete); err != nil {
		t.Fatal(err)
	}
	first := poll(t, engine, device.DeviceCode)
	if first.Status != http.StatusOK || first.TokenType != "Bearer" || first.ExpiresIn != 7200 || first.Scope != parts.BothScopes {
		t.Errorf("poll after approval: %+v", first)
	}
	second := refresh(t, engine, first.RefreshToken)
	if second.Status != http.StatusOK || second.ExpiresIn != 7200 || second.Scope != parts.BothScopes {
		t.Errorf("refresh: %+v", second)
	}
	if second.RefreshToken == first.RefreshToken {
		t.Error("the refresh token did not rotate")
	}
	if !reachable(engine, first.AccessToken) || !reachable(engine, second.AccessToken) {
		t.Error("git is refused with the access token from before the refresh, or with the one from it")
	}
	engine.WantCounts(map[string]int{
		"device_authorization": 1, deviceGrant: 3, deviceGrant + " failed": 2, "refresh_token": 1,
	})
}

func TestDeviceIsDenied(t *testing.T) {
	engine := Start(t)
	device := askForDevice(t, engine)
	if err := engine.DenyDevice(device.VerificationURIComplete); err != nil {
		t.Fatal(err)
	}
	wantError(t, "poll after denial", poll(t, engine, device.DeviceCode), 400, "access_denied")
	if err := engine.ApproveDevice(device.VerificationURIComplete); err == nil {
		t.Error("a denied code was approved")
	}
}

func TestDeviceRequestIsRefused(t *testing.T) {
	engine := Start(t)
	rows := []struct {
		name   string
		url    string
		fields url.Values
		status int
		code   string
	}{
		{"unknown client", engine.DeviceAuthURL(), url.Values{"client_id": {"nobody"}}, 401, "invalid_client"},
		{"no client", engine.DeviceAuthURL(), url.Values{"scope": {parts.BothScopes}}, 400, "invalid_request"},
		{"unknown device code", engine.TokenURL(), url.Values{"client_id": {engine.ClientID}, "grant_type": {deviceGrant}, "device_code": {"nothing"}}, 400, "invalid_grant"},
		{"no device code", engine.TokenURL(), url.Values{"client_id": {engine.ClientID}, "grant_type": {deviceGrant}}, 400, "invalid_request"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			wantError(t, row.name, post(t, row.url, row.fields), row.status, row.code)
		})
	}
}

// What a client must never do: GitLab only refuses it, this engine takes it for
// a theft (RFC 9700 section 4.14.2).
func TestSecondUseEndsTheGrant(t *testing.T) {
	engine := Start(t)
	t.Run("refresh token", func(t *testing.T) {
		first := signIn(t, engine)
		second := refresh(t, engine, first.RefreshToken)
		wantError(t, "second use", refresh(t, engine, first.RefreshToken), 400, "invalid_grant")
		if reachable(engine, second.AccessToken) {
			t.Error("the access token outlives its grant")
		}
		wantError(t, "refresh by the successor", refresh(t, engine, second.RefreshToken), 400, "invalid_grant")
	})
	t.Run("device code", func(t *testing.T) {
		device := askForDevice(t, engine)
		if err := engine.ApproveDevice(device.VerificationURIComplete); err != nil {
			t.Fatal(err)
		}
		tokens := poll(t, engine, device.DeviceCode)
		wantError(t, "second use", poll(t, engine, device.DeviceCode), 400, "invalid_grant")
		if reachable(engine, tokens.AccessToken) {
			t.Error("the access token outlives its grant")
		}
	})
}

func TestCodeWithPKCE(t *testing.T) {
	engine := Start(t)
	redirect, err := engine.Authorize(authorizeAddress(engine, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := redirect.Host+redirect.Path, "127.0.0.1:1234/"; got != want {
		t.Errorf("redirected to %q, want %q", got, want)
	}
	query := redirect.Query()
	if query.Get("state") != "a state & more" || query.Get("iss") != engine.URL {
		t.Errorf("redirected with %v, want the state, and %q as iss", query, engine.URL)
	}
	tokens := exchange(t, engine, query.Get("code"), nil)
	if tokens.Status != http.StatusOK || tokens.ExpiresIn != 7200 || tokens.Scope != parts.BothScopes || tokens.RefreshToken == "" {
		t.Errorf("code exchange: %+v", tokens)
	}
	if !reachable(engine, tokens.AccessToken) {
		t.Error("git is refused with a new token")
	}
	engine.WantCounts(map[string]int{"authorize": 1, "authorization_code": 1})
}

func TestCodeExchangeIsRefused(t *testing.T) {
	engine := Start(t)
	rows := []struct {
		name    string
		changes map[string]string
		status  int
		code    string
	}{
		{"wrong verifier", map[string]string{"code_verifier": parts.Verifier + "-"}, 400, "invalid_grant"},
		{"no verifier", map[string]string{"code_verifier": ""}, 400, "invalid_grant"},
		{"other redirect port", map[string]string{"redirect_uri": "http://127.0.0.1:4321/"}, 400, "invalid_grant"},
		{"unknown client", map[string]string{"client_id": "nobody"}, 401, "invalid_client"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			wantError(t, row.name, exchange(t, engine, authorize(t, engine), row.changes), row.status, row.code)
		})
	}
}

func TestAuthorizationErrorIsRedirected(t *testing.T) {
	engine := Start(t)
	rows := []struct {
		name    string
		changes map[string]string
		code    string
	}{
		{"no challenge", map[string]string{"code_challenge": "", "code_challenge_method": ""}, "invalid_request"},
		{"plain challenge", map[string]string{"code_challenge_method": "plain"}, "invalid_request"},
		{"resource that nobody has", map[string]string{"resource": "https://example.com/"}, "invalid_target"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			redirect, err := engine.Authorize(authorizeAddress(engine, row.changes))
			if err != nil {
				t.Fatal(err)
			}
			if got := redirect.Query().Get("error"); got != row.code {
				t.Errorf("error %q at the redirect, want %q", got, row.code)
			}
		})
	}
}

func TestAuthorizationErrorIsAPage(t *testing.T) {
	engine := Start(t)
	rows := []struct {
		name    string
		changes map[string]string
		says    string
	}{
		{"path that is not registered", map[string]string{"redirect_uri": "http://127.0.0.1:1234/callback"}, "invalid_redirect_uri"},
		{"localhost instead of 127.0.0.1", map[string]string{"redirect_uri": "http://localhost:1234/"}, "invalid_redirect_uri"},
		{"unknown client", map[string]string{"client_id": "nobody"}, "invalid_client"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			redirect, err := engine.Authorize(authorizeAddress(engine, row.changes))
			if err == nil {
				t.Fatalf("redirected to %q, want an error page", redirect)
			}
			if !strings.Contains(err.Error(), row.says) {
				t.Errorf("the page does not say %q: %v", row.says, err)
			}
		})
	}
}

func TestExpireAndRevoke(t *testing.T) {
	engine := Start(t)
	first := signIn(t, engine)
	engine.Expire()
	if reachable(engine, first.AccessToken) {
		t.Error("git is served with an expired token")
	}
	second := refresh(t, engine, first.RefreshToken)
	if second.ExpiresIn != 7200 || !reachable(engine, second.AccessToken) {
		t.Errorf("refresh after Expire: %+v", second)
	}
	engine.Revoke()
	if reachable(engine, second.AccessToken) {
		t.Error("git is served with a revoked token")
	}
	wantError(t, "refresh after Revoke", refresh(t, engine, second.RefreshToken), 400, "invalid_grant")
	if !reachable(engine, signIn(t, engine).AccessToken) {
		t.Error("git is refused after a new sign-in")
	}
}

func TestClientRevokesItsGrant(t *testing.T) {
	engine := Start(t)
	tokens := signIn(t, engine)
	got := post(t, engine.RevokeURL(), url.Values{"client_id": {engine.ClientID}, "token": {tokens.RefreshToken}})
	if got.Status != http.StatusOK {
		t.Errorf("revocation: %+v", got)
	}
	if reachable(engine, tokens.AccessToken) {
		t.Error("the access token outlives the revocation of its refresh token")
	}
	wantError(t, "refresh", refresh(t, engine, tokens.RefreshToken), 400, "invalid_grant")
	engine.WantCounts(map[string]int{
		"device_authorization": 1, deviceGrant: 1, "revoke": 1, "refresh_token": 1, "refresh_token failed": 1,
	})
}
