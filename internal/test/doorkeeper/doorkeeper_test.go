package doorkeeper

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestGrantFromConsentToRevocation(t *testing.T) {
	engine := Start(t)
	redirect, err := Consent(authorizeAddress(engine, nil), "Authorize")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := redirect.Host+redirect.Path, "127.0.0.1:1234/"; got != want {
		t.Errorf("redirected to %q, want %q", got, want)
	}
	if got, want := redirect.Query().Get("state"), "a state & more"; got != want {
		t.Errorf("state %q, want %q", got, want)
	}

	first := exchange(t, engine, redirect.Query().Get("code"), nil)
	if first.Status != http.StatusOK || first.TokenType != "Bearer" || first.ExpiresIn != 7200 || first.Scope != parts.BothScopes {
		t.Errorf("code exchange: %+v", first)
	}
	if !reachable(engine, first.AccessToken) {
		t.Error("git is refused with a new token")
	}

	second := refresh(t, engine, first.RefreshToken)
	if second.Status != http.StatusOK || second.ExpiresIn != 7200 || second.Scope != parts.BothScopes {
		t.Errorf("refresh: %+v", second)
	}
	if reachable(engine, first.AccessToken) {
		t.Error("the old access token outlives the refresh")
	}
	if again := refresh(t, engine, first.RefreshToken); again.Status != http.StatusBadRequest || again.Error != "invalid_grant" {
		t.Errorf("second refresh with the same token: %+v, want 400 invalid_grant", again)
	}
	if !reachable(engine, second.AccessToken) {
		t.Error("a spent refresh token ended its successor")
	}

	if answer := revoke(t, engine, second.RefreshToken); answer.Status != http.StatusOK {
		t.Errorf("revoke: %+v", answer)
	}
	if reachable(engine, second.AccessToken) {
		t.Error("the access token outlives the revocation of its refresh token")
	}
	engine.WantCounts(map[string]int{
		"authorize": 1, "authorization_code": 1, "refresh_token": 2, "refresh_token failed": 1, "revoke": 1,
	})
}

func TestConsent(t *testing.T) {
	engine := Start(t)
	rows := []struct {
		name    string
		changes map[string]string
		button  string
		query   string // what the redirect carries, "" where there is none
	}{
		{"denied", nil, "Deny", "access_denied"},
		{"redirect URI without a path", map[string]string{"redirect_uri": "http://127.0.0.1:9"}, "Authorize", ""},
		{"default scope", map[string]string{"scope": ""}, "Authorize", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			redirect, err := Consent(authorizeAddress(engine, row.changes), row.button)
			if err != nil {
				t.Fatal(err)
			}
			if got := redirect.Query().Get("error"); got != row.query {
				t.Errorf("error %q at the redirect, want %q", got, row.query)
			}
			if got := redirect.Query().Has("code"); got != (row.query == "") {
				t.Errorf("code at the redirect: %v", got)
			}
		})
	}
}

// Doorkeeper shows these errors as a page and never redirects, so that a
// client that waits for the redirect learns nothing.
func TestAuthorizationErrorIsAPage(t *testing.T) {
	engine := Start(t)
	rows := []struct {
		name    string
		changes map[string]string
		says    string
	}{
		{"path that is not registered", map[string]string{"redirect_uri": "http://127.0.0.1:1234/callback"}, "redirect uri is malformed"},
		{"localhost instead of 127.0.0.1", map[string]string{"redirect_uri": "http://localhost:1234/"}, "redirect uri is malformed"},
		{"scope the application does not have", map[string]string{"scope": "api"}, "scope is invalid"},
		{"unknown client", map[string]string{"client_id": "nobody"}, "unknown client"},
		{"unknown challenge method", map[string]string{"code_challenge_method": "S512"}, "code challenge method"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			redirect, err := Consent(authorizeAddress(engine, row.changes), "Authorize")
			if err == nil {
				t.Fatalf("redirected to %q, want an error page", redirect)
			}
			if !strings.Contains(err.Error(), row.says) {
				t.Errorf("the page does not say %q: %v", row.says, err)
			}
		})
	}
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
		{"no verifier", map[string]string{"code_verifier": ""}, 400, "invalid_request"},
		{"other redirect path", map[string]string{"redirect_uri": parts.RedirectURI + "callback"}, 400, "invalid_grant"},
		{"unknown client", map[string]string{"client_id": "nobody"}, 401, "invalid_client"},
		{"unknown code", map[string]string{"code": "nothing"}, 400, "invalid_grant"},
		{"device grant", map[string]string{"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, "unsupported_grant_type"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			answer := exchange(t, engine, authorize(t, engine, parts.BothScopes), row.changes)
			if answer.Status != row.status || answer.Error != row.code {
				t.Errorf("got %+v, want %d %q", answer, row.status, row.code)
			}
		})
	}
	t.Run("code used twice", func(t *testing.T) {
		code := authorize(t, engine, parts.BothScopes)
		exchange(t, engine, code, nil)
		if answer := exchange(t, engine, code, nil); answer.Error != "invalid_grant" {
			t.Errorf("got %+v, want invalid_grant", answer)
		}
	})
}

// The race that a client must never run: only one of many refreshes with the
// same token gets the new pair.
func TestParallelRefreshesHaveOneWinner(t *testing.T) {
	engine := Start(t)
	token := signIn(t, engine, parts.BothScopes).RefreshToken
	answers := make([]tokenResponse, 8)
	parallel(len(answers), func(i int) { answers[i] = refresh(t, engine, token) })

	outcomes := map[string]int{}
	for _, answer := range answers {
		outcomes[answer.Error]++
		if answer.Error == "" && !reachable(engine, answer.AccessToken) {
			t.Errorf("the winner's token is refused: %+v", answer)
		}
	}
	if want := map[string]int{"": 1, "invalid_grant": 7}; !maps.Equal(outcomes, want) {
		t.Errorf("errors %v, want %v", outcomes, want)
	}
}

func TestExpireAndRevoke(t *testing.T) {
	engine := Start(t)
	first := signIn(t, engine, parts.BothScopes)
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
	if third := refresh(t, engine, second.RefreshToken); third.Error != "invalid_grant" {
		t.Errorf("refresh after Revoke: %+v, want invalid_grant", third)
	}
}

// parallel calls work(0) to work(n-1) at the same time and waits for all.
func parallel(n int, work func(int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { work(i) })
	}
	group.Wait()
}
