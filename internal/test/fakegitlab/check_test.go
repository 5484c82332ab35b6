package fakegitlab

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func header(request *http.Request, name, value string) *http.Request {
	request.Header.Set(name, value)
	return request
}

func basic(request *http.Request, username, password string) *http.Request {
	request.SetBasicAuth(username, password)
	return request
}

func host(request *http.Request, name string) *http.Request {
	request.Host = name
	return request
}

// text replaces the body of a request.
func text(request *http.Request, body string) *http.Request {
	request.Body, request.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return request
}

func TestCheck(t *testing.T) {
	server := start(t, Options{Root: "/gitlab", ConsentAutomatically: true})
	access, refresh := server.IssueGrant()
	code := signIn(t, server, authorizeRequest())
	form := func(path string, values url.Values) *http.Request {
		return newRequest(t, "POST", server.URL()+path, values)
	}
	get := func(path string) *http.Request { return newRequest(t, "GET", server.URL()+path, nil) }
	const gitPath = "/group/project.git/info/refs?service=git-upload-pack"
	for _, test := range []struct {
		name    string
		request *http.Request
		problem string // "" for none
	}{
		{"git asks without a token", get(gitPath), ""},
		{"git asks with a token", basic(get(gitPath), "oauth2", access), ""},
		{"git asks with a wrong password", basic(get(gitPath), "oauth2", "x"), ""},
		{"an address that does not exist", get("/favicon.ico"), ""},
		{"localhost", host(get("/"), strings.Replace(strings.TrimPrefix(server.base, "https://"), "127.0.0.1", "localhost", 1)), ""},
		{"another host", host(get("/"), "gitlab.com"), "Host"},
		{"another port", host(get("/"), "127.0.0.1:1"), "Host"},
		{"refresh token as git's password", basic(get(gitPath), "oauth2", refresh), "refresh token in Authorization"},
		{"access token as git's user", basic(get(gitPath), access, ""), ""},
		{"access token in git's address", get(gitPath + "&x=" + access), "access token in the address"},
		{"any token in the address", get("/oauth/token/info?access_token=x"), `"access_token" in the address`},
		{"access token at an unknown address", header(get("/api/v4/version"), "Authorization", "Bearer "+access), "access token in Authorization"},
		{"access token in another header", header(get(gitPath), "Private-Token", access), "access token in Private-Token"},
		{"access token instead of a refresh token", form("/oauth/token", refreshForm(access)), "access token in refresh_token"},
		{"refresh token instead of a code", form("/oauth/token", codeForm(refresh)), "refresh token in code"},
		{"refresh token as a device code", form("/oauth/token", url.Values{"client_id": {DefaultClientID}, "grant_type": {deviceGrantType}, "device_code": {refresh}}), "refresh token in device_code"},
		{"code at the wrong endpoint", form("/oauth/revoke", url.Values{"client_id": {DefaultClientID}, "token": {code}}), "authorization code in token"},
		{"client in the header", basic(form("/oauth/token", refreshForm("x")), DefaultClientID, ""), "Authorization header"},
		{"unknown grant", form("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {DefaultClientID}}), "unexpected grant_type"},
		{"parameters in the address", form("/oauth/token?client_id=x", refreshForm("x")), "parameters in the address"},
		{"JSON", header(form("/oauth/token", url.Values{}), "Content-Type", "application/json"), `content type "application/json"`},
		{"no content type", form("/oauth/authorize_device", nil), `content type ""`},
		{"form that cannot be read", text(form("/oauth/token", url.Values{}), "client_id=%zz"), "cannot be read"},
		{"form without an end", text(form("/oauth/token", url.Values{}), strings.Repeat("x", maximumForm+1)), "cannot be read"},
		{"wrong method", get("/oauth/token"), "unexpected method GET"},
		{"strange method", newRequest(t, "DELETE", server.URL()+"/oauth/authorize", nil), "unexpected method DELETE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := len(server.Problems())
			response, body := send(t, server, test.request)
			problems := strings.Join(server.Problems()[before:], "\n")
			if (problems == "") != (test.problem == "") || !strings.Contains(problems, test.problem) {
				t.Errorf("problems are %q, want one with %q", problems, test.problem)
			}
			if refused := response.StatusCode == 400; refused != (test.problem != "") {
				t.Errorf("status %d\n%s", response.StatusCode, body)
			}
			for _, secret := range []string{access, refresh, code} {
				if strings.Contains(problems, secret) {
					t.Errorf("a problem tells a secret: %q", problems)
				}
			}
		})
	}
}

func TestCounts(t *testing.T) {
	server := start(t, Options{})
	_, refresh := server.IssueGrant()
	post(t, server, "/oauth/token", refreshForm(refresh))
	post(t, server, "/oauth/token", refreshForm(refresh))
	send(t, server, newRequest(t, "GET", server.URL()+"/nowhere", nil))
	want := map[Kind]int{Token: 2, TokenRefreshToken: 2, SpentRefreshToken: 1, Other: 1}
	got := server.Counts()
	for kind, count := range want {
		if got[kind] != count || server.Count(kind) != count {
			t.Errorf("%s was counted %d times, want %d", kind, got[kind], count)
		}
	}
	if len(got) != len(want) {
		t.Errorf("counts are %v, want %v", got, want)
	}
}

func TestCountRefusesAMisspeltKind(t *testing.T) {
	server := start(t, Options{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	server.Count("tokens")
}
