package doorkeeper

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// tokenResponse is what /oauth/token and /oauth/revoke answer: RFC 6749
// sections 5.1 and 5.2.
type tokenResponse struct {
	Status       int    `json:"-"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	Scope        string `json:"scope"`
	Error        string `json:"error"`
}

// authorizeAddress is the address that a sign-in opens.
func authorizeAddress(engine *Engine, changes map[string]string) string {
	return engine.URL + "/oauth/authorize?" + parts.AuthorizationRequest(engine.ClientID, changes)
}

// authorize signs in and returns the code that the redirect carries.
func authorize(t *testing.T, engine *Engine, scope string) string {
	t.Helper()
	redirect, err := Consent(authorizeAddress(engine, map[string]string{"scope": scope}), "Authorize")
	if err != nil {
		t.Fatal(err)
	}
	return redirect.Query().Get("code")
}

// exchange gives the code back for tokens, with changes as in authorizeAddress.
func exchange(t *testing.T, engine *Engine, code string, changes map[string]string) tokenResponse {
	t.Helper()
	return post(t, engine.URL+"/oauth/token", parts.CodeExchange(engine.ClientID, code, changes))
}

func refresh(t *testing.T, engine *Engine, refreshToken string) tokenResponse {
	t.Helper()
	return post(t, engine.URL+"/oauth/token", parts.RefreshRequest(engine.ClientID, refreshToken))
}

// revoke is RFC 7009's revocation by the client itself.
func revoke(t *testing.T, engine *Engine, token string) tokenResponse {
	t.Helper()
	return post(t, engine.URL+"/oauth/revoke", url.Values{
		"client_id": {engine.ClientID},
		"token":     {token},
	})
}

func signIn(t *testing.T, engine *Engine, scope string) tokenResponse {
	t.Helper()
	tokens := exchange(t, engine, authorize(t, engine, scope), nil)
	if tokens.Status != http.StatusOK {
		t.Fatalf("code exchange: %+v", tokens)
	}
	return tokens
}

func post(t *testing.T, address string, fields url.Values) (answer tokenResponse) {
	t.Helper()
	answer.Status = parts.Post(t, address, fields, &answer)
	return answer
}

// repository is the address of group/project.git with the token as password.
func repository(engine *Engine, token string) string {
	return strings.Replace(engine.URL, "://", "://oauth2:"+token+"@", 1) + "/group/project.git"
}

// reachable says whether the token reads the repository.
func reachable(engine *Engine, token string) bool {
	return parts.CanRead(repository(engine, token))
}
