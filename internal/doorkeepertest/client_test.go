package doorkeepertest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const (
	redirectURI = "http://127.0.0.1:1234/"
	bothScopes  = "read_repository write_repository"
	// RFC 7636 section 4.1 asks for 43 characters or more.
	verifier = "verifier-verifier-verifier-verifier-verifier"
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

// authorizeAddress is the address that a sign-in opens; changes replace or,
// with an empty value, leave out parameters.
func authorizeAddress(engine *Engine, changes map[string]string) string {
	challenge := sha256.Sum256([]byte(verifier))
	return engine.URL + "/oauth/authorize?" + changed(url.Values{
		"response_type":         {"code"},
		"client_id":             {engine.ClientID},
		"redirect_uri":          {redirectURI},
		"scope":                 {bothScopes},
		"state":                 {"a state & more"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}, changes).Encode()
}

func changed(fields url.Values, changes map[string]string) url.Values {
	for name, value := range changes {
		fields.Set(name, value)
		if value == "" {
			fields.Del(name)
		}
	}
	return fields
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
	return post(t, engine.URL+"/oauth/token", changed(url.Values{
		"grant_type":    {"authorization_code"},
		"client_id":     {engine.ClientID},
		"redirect_uri":  {redirectURI},
		"code":          {code},
		"code_verifier": {verifier},
	}, changes))
}

func refresh(t *testing.T, engine *Engine, refreshToken string) tokenResponse {
	t.Helper()
	return post(t, engine.URL+"/oauth/token", url.Values{
		"grant_type":    {"refresh_token"},
		"client_id":     {engine.ClientID},
		"refresh_token": {refreshToken},
	})
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

// post may be called by several goroutines at once: it never ends the test.
func post(t *testing.T, address string, fields url.Values) tokenResponse {
	t.Helper()
	response, err := http.PostForm(address, fields)
	if err != nil {
		t.Error(err)
		return tokenResponse{}
	}
	defer response.Body.Close()
	answer := tokenResponse{Status: response.StatusCode}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Errorf("%s: %s: %v", address, response.Status, err)
	}
	return answer
}

// repository is the address of group/project.git with the token as password.
func repository(engine *Engine, token string) string {
	return strings.Replace(engine.URL, "://", "://oauth2:"+token+"@", 1) + "/group/project.git"
}

// git runs git without anybody's configuration and returns all it printed.
func git(directory string, arguments ...string) (string, error) {
	command := exec.Command("git", arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0", "no_proxy=127.0.0.1")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	return output.String(), err
}

// reachable says whether the token reads the repository.
func reachable(engine *Engine, token string) bool {
	_, err := git("", "ls-remote", "--exit-code", repository(engine, token), "refs/heads/main")
	return err == nil
}
