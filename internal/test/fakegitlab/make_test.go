package fakegitlab

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// askJSON posts a form and asks for JSON, as all doorkey requests do.
func askJSON(t *testing.T, server *Server, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	request := newRequest(t, "POST", server.URL()+path, form)
	request.Header.Set("Accept", "application/json")
	response, body := send(t, server, request)
	var answer map[string]any
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%d: %v in %q", response.StatusCode, err, body)
	}
	return response.StatusCode, answer
}

// gitAs requests the references of the repository.
func gitAs(t *testing.T, server *Server, username, token string) (status int, challenge string) {
	t.Helper()
	request := newRequest(t, "GET", server.URL()+"/group/project.git/info/refs?service=git-upload-pack", nil)
	if token != "" {
		request.SetBasicAuth(username, token)
	}
	response, _ := send(t, server, request)
	return response.StatusCode, response.Header.Get("WWW-Authenticate")
}

func TestMakesTakeATokenForGit(t *testing.T) {
	for _, test := range []struct {
		make     string
		username string
		length   int
		status   int
	}{
		{"gitlab", "oauth2", 64, 200},
		{"github", "x-access-token", 40, 200},
		{"github", "oauth2", 40, 401},
		{"gitea", "anybody", 600, 200},
		{"bitbucket", "x-token-auth", 3000, 200},
		{"bitbucket", "oauth2", 3000, 401},
		{"bitbucket-data-center", "x-token-auth", 64, 200},
	} {
		t.Run(test.make+" as "+test.username, func(t *testing.T) {
			server := start(t, Options{Make: test.make})
			token, _ := server.IssueGrant()
			if status, _ := gitAs(t, server, test.username, token); len(token) != test.length || status != test.status {
				t.Errorf("token of %d characters, status %d", len(token), status)
			}
			want := fmt.Sprintf(`Basic realm=%q`, server.options.maker.realm)
			if status, challenge := gitAs(t, server, "", ""); status != 401 || challenge != want {
				t.Errorf("status %d, challenge %q", status, challenge)
			}
		})
	}
}

// TestMakesRefuse checks the errors of the token endpoints.
func TestMakesRefuse(t *testing.T) {
	code := url.Values{"grant_type": {"authorization_code"}, "client_id": {DefaultClientID}, "code": {"unknown"}}
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {DefaultClientID}, "refresh_token": {"unknown"}}
	device := url.Values{"grant_type": {deviceGrantType}, "client_id": {DefaultClientID}, "device_code": {"unknown"}}
	for _, test := range []struct {
		name   string
		make   string
		form   url.Values
		secret bool // the request contains the application's secret
		status int
		code   string
	}{
		{"a code", "github", code, true, 200, "bad_verification_code"},
		{"a code without a secret", "github", code, false, 200, "incorrect_client_credentials"},
		{"a refresh token", "github", refresh, false, 200, "bad_refresh_token"},
		{"a device code", "github", device, false, 200, "incorrect_device_code"},
		{"a code", "gitea", code, false, 400, "unauthorized_client"},
		{"a refresh token", "gitea", refresh, false, 400, "unauthorized_client"},
		{"a wrong client ID", "gitea", with(refresh, "client_id", "x"), false, 400, "invalid_client"},
		{"a code without a secret", "gitea confidential", code, false, 400, "unauthorized_client"},
		{"a refresh token without a secret", "gitea confidential", refresh, false, 400, "invalid_client"},
		{"a refresh token", "bitbucket", refresh, true, 400, "invalid_request"},
		{"a refresh token without a secret", "bitbucket", refresh, false, 401, "invalid_client"},
	} {
		t.Run(test.make+": "+test.name, func(t *testing.T) {
			make, confidential := strings.CutSuffix(test.make, " confidential")
			options := Options{Make: make}
			if confidential {
				options.ClientSecret = "hush"
			}
			server := start(t, options)
			form := test.form
			if test.secret {
				form = with(form, "client_secret", server.ClientSecret())
			}
			status, answer := askJSON(t, server, server.options.maker.token, form)
			if status != test.status || answer["error"] != test.code {
				t.Errorf("%d %v", status, answer)
			}
			wantProblem(t, server, "")
		})
	}
}

func TestGitHubAnswersInAFormUnlessJSONIsAskedFor(t *testing.T) {
	server := start(t, Options{Make: "github"})
	post(t, server, "/login/oauth/access_token", url.Values{"grant_type": {"refresh_token"}, "client_id": {DefaultClientID}, "refresh_token": {"x"}})
	wantProblem(t, server, "no Accept")
}

func TestMakesRefresh(t *testing.T) {
	for _, test := range []struct {
		make    string
		options Options
		scope   any
		oldDies bool
	}{
		{"gitlab", Options{}, "read_repository write_repository", true},
		{"github", Options{AccessTokenLifetime: 8 * time.Hour}, "", true},
		{"gitea", Options{}, nil, false},
		{"bitbucket", Options{}, "repository repository:write", true},
	} {
		t.Run(test.make, func(t *testing.T) {
			test.options.Make = test.make
			server := start(t, test.options)
			_, old := server.IssueGrant()
			form := refreshForm(old)
			if secret := server.ClientSecret(); secret != "" {
				form.Set("client_secret", secret)
			}
			status, answer := askJSON(t, server, server.options.maker.token, form)
			renewed, _ := answer["refresh_token"].(string)
			if status != 200 || answer["scope"] != test.scope || !server.Alive(renewed) || server.Alive(old) == test.oldDies {
				t.Errorf("%d %v, the old one lives: %t", status, answer, server.Alive(old))
			}
			wantProblem(t, server, "")
		})
	}
}

func TestGitHubTokensDoNotEnd(t *testing.T) {
	clock := newClock()
	server := start(t, Options{Make: "github", Now: clock.Now})
	access, refresh := server.IssueGrant()
	clock.advance(1e18)
	if !server.Alive(access) || refresh != "" {
		t.Errorf("alive: %t, refresh token %q", server.Alive(access), refresh)
	}
}

func TestGitHubDeviceFlow(t *testing.T) {
	server := start(t, Options{Make: "github"})
	_, device := askJSON(t, server, "/login/device/code", url.Values{"client_id": {DefaultClientID}, "scope": {"repo"}})
	userCode, _ := device["user_code"].(string)
	if len(userCode) != 9 || userCode[4] != '-' || device["verification_uri"] != server.URL()+"/login/device" || device["verification_uri_complete"] != nil {
		t.Fatalf("device %v", device)
	}
	poll := url.Values{"grant_type": {deviceGrantType}, "client_id": {DefaultClientID}, "device_code": {device["device_code"].(string)}}
	for _, want := range []struct {
		code     string
		interval any
	}{{"authorization_pending", nil}, {"slow_down", 10.0}, {"slow_down", 15.0}} {
		if status, answer := askJSON(t, server, "/login/oauth/access_token", poll); status != 200 || answer["error"] != want.code || answer["interval"] != want.interval {
			t.Errorf("%d %v, want %v", status, answer, want)
		}
	}
	wantProblem(t, server, "")
}

// TestGiteaDeviceFlow: it is for public applications, and its page is below the root.
func TestGiteaDeviceFlow(t *testing.T) {
	form := url.Values{"client_id": {DefaultClientID}, "scope": {"write:repository"}}
	server := start(t, Options{Make: "gitea-device", Root: "/git"})
	status, device := askJSON(t, server, "/login/oauth/device_authorization", form)
	userCode, _ := device["user_code"].(string)
	if status != 200 || len(userCode) != 9 || device["verification_uri"] != server.URL()+"/login/oauth/device" || device["verification_uri_complete"] != nil {
		t.Errorf("%d %v", status, device)
	}
	confidential := start(t, Options{Make: "gitea-device", ClientSecret: "hush"})
	status, refusal := askJSON(t, confidential, "/login/oauth/device_authorization", with(form, "client_secret", "hush"))
	if status != 400 || refusal["error"] != "unauthorized_client" {
		t.Errorf("%d %v", status, refusal)
	}
	wantProblem(t, server, "")
	wantProblem(t, confidential, "")
}

func TestBitbucketRefusesScopes(t *testing.T) {
	server := start(t, Options{Make: "bitbucket", RedirectURIs: []string{"http://localhost:34106/"}, ConsentAutomatically: true})
	parameters := with(with(authorizeRequest(), "redirect_uri", "http://localhost:34106/"), "scope")
	response, _ := send(t, server, newRequest(t, "GET", server.URL()+"/site/oauth2/authorize?"+parameters.Encode(), nil))
	if location := response.Header.Get("Location"); !strings.HasPrefix(location, "http://localhost:34106/?code=") {
		t.Errorf("%d, %s", response.StatusCode, location)
	}
	wantProblem(t, server, "")
	send(t, server, newRequest(t, "GET", server.URL()+"/site/oauth2/authorize?"+with(parameters, "scope", "repository").Encode(), nil))
	wantProblem(t, server, "Scopes cannot be asked for")
}

func TestMakesDescribeThemselves(t *testing.T) {
	for _, test := range []struct{ make, path, issuer string }{
		{"gitlab", "/.well-known/oauth-authorization-server", ""},
		{"gitlab", "/.well-known/openid-configuration", ""},
		{"github", "/.well-known/oauth-authorization-server/login/oauth", "/login/oauth"},
		{"gitea", "/.well-known/openid-configuration", "/"},
	} {
		t.Run(test.make+" at "+test.path, func(t *testing.T) {
			server := start(t, Options{Make: test.make})
			response, body := send(t, server, newRequest(t, "GET", server.URL()+test.path, nil))
			if want := `"issuer":"` + server.URL() + test.issuer + `"`; response.StatusCode != 200 || !strings.Contains(body, want) {
				t.Errorf("%d %s", response.StatusCode, body)
			}
		})
	}
}

func TestUnknownMake(t *testing.T) {
	if _, err := Start(Options{Directory: t.TempDir(), Make: "githab"}); err == nil || !strings.Contains(err.Error(), `"githab"`) {
		t.Errorf("error %v", err)
	}
}

// TestForgejoReplacesTokens: a second sign-in makes the refresh token of the first
// invalid, and so does a refresh; access tokens stay valid. The errors say why a token is
// dead.
func TestForgejoReplacesTokens(t *testing.T) {
	server := start(t, Options{Make: "forgejo"})
	firstAccess, first := server.IssueGrant()
	_, second := server.IssueGrant()
	if server.Alive(first) || !server.Alive(second) || !server.Alive(firstAccess) {
		t.Errorf("after another sign-in: first %t, second %t, access token %t", server.Alive(first), server.Alive(second), server.Alive(firstAccess))
	}
	refuses := func(token, code, text string) {
		t.Helper()
		status, answer := askJSON(t, server, "/login/oauth/access_token", refreshForm(token))
		if status != 400 || answer["error"] != code || answer["error_description"] != text {
			t.Errorf("%d %v", status, answer)
		}
	}
	refuses(first, "unauthorized_client", "token was already used")
	refuses("unknown", "unauthorized_client", "unable to parse refresh token")
	if status, answer := askJSON(t, server, "/login/oauth/access_token", refreshForm(second)); status != 200 || server.Alive(second) {
		t.Errorf("%d %v", status, answer)
	}
	server.RevokeGrants()
	refuses(first, "invalid_grant", "grant does not exist")
	wantProblem(t, server, "")
}
