package oidctest

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
	"strings"
	"testing"
)

const (
	redirectURI = "http://127.0.0.1:1234/"
	bothScopes  = "read_repository write_repository"
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628 section 3.4
	// RFC 7636 section 4.1 asks for 43 characters or more.
	verifier = "verifier-verifier-verifier-verifier-verifier"
)

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

// authorizeAddress is the address that a sign-in opens; changes replace or,
// with an empty value, leave out parameters.
func authorizeAddress(engine *Engine, changes map[string]string) string {
	challenge := sha256.Sum256([]byte(verifier))
	return engine.AuthURL() + "?" + changed(url.Values{
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
	return post(t, engine.TokenURL(), changed(url.Values{
		"grant_type":    {"authorization_code"},
		"client_id":     {engine.ClientID},
		"redirect_uri":  {redirectURI},
		"code":          {code},
		"code_verifier": {verifier},
	}, changes))
}

// askForDevice starts a device's sign-in.
func askForDevice(t *testing.T, engine *Engine) answer {
	t.Helper()
	return post(t, engine.DeviceAuthURL(), url.Values{"client_id": {engine.ClientID}, "scope": {bothScopes}})
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
	return post(t, engine.TokenURL(), url.Values{
		"grant_type":    {"refresh_token"},
		"client_id":     {engine.ClientID},
		"refresh_token": {refreshToken},
	})
}

// post sends a form and reads the JSON that comes back, if any.
func post(t *testing.T, address string, fields url.Values) answer {
	t.Helper()
	response, err := http.PostForm(address, fields)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got := answer{Status: response.StatusCode}
	if response.ContentLength == 0 {
		return got
	}
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatalf("%s: %s: %v", address, response.Status, err)
	}
	return got
}

// repository is the address of group/project.git with the token as password.
func repository(engine *Engine, token string) string {
	return strings.Replace(engine.URL, "://", "://anybody:"+token+"@", 1) + "/group/project.git"
}

// git runs git without anybody's configuration and returns all it printed.
func git(arguments ...string) (string, error) {
	command := exec.Command("git", arguments...)
	command.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0", "no_proxy=127.0.0.1")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	return output.String(), err
}

// reachable says whether the token reads the repository.
func reachable(engine *Engine, token string) bool {
	_, err := git("ls-remote", "--exit-code", repository(engine, token), "refs/heads/main")
	return err == nil
}

func wantError(t *testing.T, what string, got answer, status int, code string) {
	t.Helper()
	if got.Status != status || got.Error != code {
		t.Errorf("%s: %+v, want %d %q", what, got, status, code)
	}
}

func wantCounts(t *testing.T, engine *Engine, want map[string]int) {
	t.Helper()
	if got := engine.Counts(); !maps.Equal(got, want) {
		t.Errorf("counts %v, want %v", got, want)
	}
}
