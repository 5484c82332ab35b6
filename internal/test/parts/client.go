package parts

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"testing"
)

// What a test's client of an engine has registered, and what it asks for.
const (
	RedirectURI = "http://127.0.0.1:1234/"
	BothScopes  = "read_repository write_repository"
	// Verifier is PKCE's: RFC 7636 section 4.1 asks for 43 characters or more.
	Verifier = "verifier-verifier-verifier-verifier-verifier"
)

// AuthorizationRequest is what a sign-in opens the authorization endpoint with
// (RFC 6749 section 4.1.1, RFC 7636); changes replace or, with an empty value,
// leave out parameters.
func AuthorizationRequest(clientID string, changes map[string]string) string {
	challenge := sha256.Sum256([]byte(Verifier))
	return changed(url.Values{
		"response_type":         {"code"},
		"client_id":             {clientID},
		"redirect_uri":          {RedirectURI},
		"scope":                 {BothScopes},
		"state":                 {"a state & more"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}, changes).Encode()
}

// CodeExchange gives a code back for tokens (RFC 6749 section 4.1.3), with changes
// as in AuthorizationRequest.
func CodeExchange(clientID, code string, changes map[string]string) url.Values {
	return changed(url.Values{
		"grant_type":    {"authorization_code"},
		"client_id":     {clientID},
		"redirect_uri":  {RedirectURI},
		"code":          {code},
		"code_verifier": {Verifier},
	}, changes)
}

// RefreshRequest is RFC 6749 section 6.
func RefreshRequest(clientID, refreshToken string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {clientID}, "refresh_token": {refreshToken}}
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

// Post sends a form, reads the JSON that comes back, if any, into answer, and
// returns the HTTP status. It may be called by several goroutines at once: it
// never ends the test.
func Post(t testing.TB, address string, fields url.Values, answer any) (status int) {
	t.Helper()
	response, err := http.PostForm(address, fields)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer response.Body.Close()
	if response.ContentLength == 0 {
		return response.StatusCode
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		t.Errorf("%s: %s: %v", address, response.Status, err)
	}
	return response.StatusCode
}

// Git runs git in a directory without anybody's configuration and returns all it
// printed.
func Git(directory string, arguments ...string) (string, error) {
	command := exec.Command("git", arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0", "no_proxy=127.0.0.1")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	return output.String(), err
}

// MustGit is Git where it cannot fail.
func MustGit(t testing.TB, directory string, arguments ...string) string {
	t.Helper()
	output, err := Git(directory, arguments...)
	if err != nil {
		t.Fatalf("git %q: %v\n%s", arguments, err, output)
	}
	return output
}

// CanRead reports whether git reads a repository, whose address has the token in
// it.
func CanRead(repository string) bool {
	_, err := Git("", "ls-remote", "--exit-code", repository, "refs/heads/main")
	return err == nil
}

// WantChallenge expects what git is told that brings no token.
func (e *Engine) WantChallenge(want string) {
	e.t.Helper()
	response, err := http.Get(e.URL + "/group/project.git/info/refs?service=git-upload-pack")
	if err != nil {
		e.t.Fatal(err)
	}
	response.Body.Close()
	if got := response.Header.Get("WWW-Authenticate"); response.StatusCode != http.StatusUnauthorized || got != want {
		e.t.Errorf("status %d, challenge %q; want 401, %q", response.StatusCode, got, want)
	}
}

// WantCounts expects Counts to return this.
func (e *Engine) WantCounts(want map[string]int) {
	e.t.Helper()
	if got := e.Counts(); !maps.Equal(got, want) {
		e.t.Errorf("counts %v, want %v", got, want)
	}
}
