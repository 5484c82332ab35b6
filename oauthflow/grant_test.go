package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakegitlab"
)

func TestRefresh(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{Root: "/gitlab"})
	access, refresh := server.IssueGrant()
	before := time.Now()
	grant, err := clientOf(t, server).Refresh(t.Context(), gitLabAt(t, server), secret.New(refresh))
	if err != nil {
		t.Fatal(err)
	}
	if !server.Alive(grant.AccessToken.Reveal()) || !server.Alive(grant.RefreshToken.Reveal()) || server.Alive(access) || server.Alive(refresh) {
		t.Error("the old pair is not spent for the new one")
	}
	if earliest := before.Add(2 * time.Hour); grant.Expiry.Before(earliest) || grant.Expiry.After(earliest.Add(time.Minute)) {
		t.Errorf("good until %v, want %v", grant.Expiry, earliest)
	}
	if !slices.Equal(grant.Scopes, []string{"read_repository", "write_repository"}) {
		t.Errorf("scopes %q", grant.Scopes)
	}
}

// TestRefreshThatGoesWrong checks the error, and whether the server has used the refresh
// token.
func TestRefreshThatGoesWrong(t *testing.T) {
	for _, test := range []struct {
		name  string
		m     fakegitlab.Misbehaviour
		code  string // the code of the *Error, "" for none
		text  string // part of the error, "" for a grant
		spent bool   // the refresh token was used
	}{
		{name: "server down", m: fakegitlab.Misbehaviour{Status: 503, Body: "<html>"}, text: "HTTP status 503"},
		{name: "too many requests", m: fakegitlab.Misbehaviour{Status: 429}, text: "HTTP status 429"},
		{name: "dead token", m: fakegitlab.Misbehaviour{Status: 400, Body: fakegitlab.InvalidGrant}, code: "invalid_grant", text: "invalid_grant"},
		{name: "error with status 200", m: fakegitlab.Misbehaviour{Body: `{"error":"bad_refresh_token"}`}, code: "bad_refresh_token", text: "bad_refresh_token"},
		{name: "error that is no JSON by its type", m: fakegitlab.Misbehaviour{Status: 400, Body: fakegitlab.InvalidGrant,
			Header: http.Header{"Content-Type": {"text/html"}}}, code: "invalid_grant", text: "invalid_grant"},
		{name: "error that is not text", m: fakegitlab.Misbehaviour{Status: 400, Body: `{"error":{"code":7}}`}, text: "HTTP status 400"},
		{name: "no answer", m: fakegitlab.Misbehaviour{Cut: fakegitlab.BeforeAnswer}, text: "the connection was closed before the answer was complete"},
		{name: "no answer, and the token is spent", m: fakegitlab.Misbehaviour{CarryOut: true, Cut: fakegitlab.BeforeAnswer}, text: "the connection was closed before the answer was complete", spent: true},
		{name: "half an answer", m: fakegitlab.Misbehaviour{CarryOut: true, Cut: fakegitlab.MidBody}, text: "the connection was closed before the answer was complete", spent: true},
		{name: "nothing", m: fakegitlab.Misbehaviour{Status: 204}, text: "no access token"},
		{name: "not JSON", m: fakegitlab.Misbehaviour{Body: "<html>sign in to the hotel's network"}, text: "no access token"},
		{name: "a list", m: fakegitlab.Misbehaviour{Body: `[{"access_token":"a"}]`}, text: "no access token"},
		{name: "a token that is not text", m: fakegitlab.Misbehaviour{Body: `{"access_token":7}`}, text: "no access token"},
		{name: "an empty token", m: fakegitlab.Misbehaviour{Body: `{"access_token":""}`}, text: "no access token"},
		{name: "endless", m: fakegitlab.Misbehaviour{Body: `{"access_token":`, Fill: fakegitlab.Endless}, text: "too large"},
		{name: "huge", m: fakegitlab.Misbehaviour{Body: `{"x":"`, Fill: 2 << 20}, text: "too large"},
		{name: "line break in the access token", m: fakegitlab.Misbehaviour{Body: `{"access_token":"TOKEN\nhost=evil.example"}`}, text: "an invalid access token: it contains bytes"},
		{name: "zero byte in the access token", m: fakegitlab.Misbehaviour{Body: `{"access_token":"TOKEN\u0000"}`}, text: "contains bytes that are not allowed in a token"},
		{name: "space in the access token", m: fakegitlab.Misbehaviour{Body: `{"access_token":"TOKEN TOKEN"}`}, text: "contains bytes that are not allowed in a token"},
		{name: "letters in the access token that are not ASCII", m: fakegitlab.Misbehaviour{Body: `{"access_token":"TOKENé"}`}, text: "contains bytes that are not allowed in a token"},
		{name: "line break in the refresh token", m: fakegitlab.Misbehaviour{Body: `{"access_token":"TOKEN","refresh_token":"TOKEN\r"}`}, text: "an invalid refresh token: it contains bytes"},
		{name: "access token that fits no line", m: fakegitlab.Misbehaviour{Body: `{"access_token":"` + strings.Repeat("TOKEN", longestToken) + `"}`}, text: "longer than 60000 bytes"},

		// In these cases, GitLab sends the tokens only once, so doorkey must not lose them.
		{name: "answer that is late", m: fakegitlab.Misbehaviour{Delay: time.Nanosecond}, spent: true},
		{name: "wrong content type", m: fakegitlab.Misbehaviour{CarryOut: true, Header: http.Header{"Content-Type": {"text/html"}}}, spent: true},
		{name: "plain text by its type", m: fakegitlab.Misbehaviour{CarryOut: true, Header: http.Header{"Content-Type": {"text/plain"}}}, spent: true},
		{name: "form by its type", m: fakegitlab.Misbehaviour{CarryOut: true, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}, spent: true},
		{name: "status 201", m: fakegitlab.Misbehaviour{CarryOut: true, Status: 201}, spent: true},
		{name: "without an end after its object", m: fakegitlab.Misbehaviour{CarryOut: true, Fill: fakegitlab.Endless}, spent: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startGitLab(t, fakegitlab.Options{})
			_, refresh := server.IssueGrant()
			test.m.At = fakegitlab.TokenRefreshToken
			server.Misbehave(test.m)
			grant, err := clientOf(t, server).Refresh(t.Context(), gitLabAt(t, server), secret.New(refresh))
			if test.text == "" && (err != nil || !server.Alive(grant.AccessToken.Reveal()) || !server.Alive(grant.RefreshToken.Reveal())) {
				t.Errorf("the grant is lost: %v", err)
			}
			if test.text != "" && (err == nil || !strings.Contains(err.Error(), test.text) || test.code != "" && !Is(err, test.code)) {
				t.Errorf("error %v", err)
			}
			if err != nil && (grant.AccessToken.IsSet() || strings.Contains(err.Error(), "TOKEN") || strings.Contains(err.Error(), refresh)) {
				t.Errorf("grant %v, error %v", grant, err)
			}
			if server.Alive(refresh) == test.spent || server.Count(fakegitlab.Token) != 1 {
				t.Errorf("the refresh token lives: %t, after %d requests", server.Alive(refresh), server.Count(fakegitlab.Token))
			}
		})
	}
}

// TestRefreshOfEachKind: the error "invalid_grant" of RFC 6749 has other names on some
// servers. On other servers, these names mean something else.
func TestRefreshOfEachKind(t *testing.T) {
	for _, test := range []struct{ kind, answer, code string }{
		{"gitlab", "invalid_grant", "invalid_grant"},
		{"gitlab", "unauthorized_client", "unauthorized_client"},
		{"github", "bad_refresh_token", "invalid_grant"},
		{"github", "incorrect_client_credentials", "incorrect_client_credentials"},
		{"gitea", "unauthorized_client", "invalid_grant"},
		{"gitea", "invalid_grant", "invalid_grant"},
		{"gitea", "invalid_client", "invalid_client"},
		{"forgejo", "unauthorized_client", "invalid_grant"},
		{"bitbucket", "invalid_grant", "invalid_grant"},
		{"oauth", "unauthorized_client", "unauthorized_client"},
	} {
		t.Run(test.kind+" "+test.answer, func(t *testing.T) {
			server := newScripted(map[string][]step{"/token": {says(400, `{"error":"`+test.answer+`"}`)}})
			provider := testProvider()
			provider.Kind = test.kind
			if _, err := server.client().Refresh(t.Context(), provider, secret.New("old")); !Is(err, test.code) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestLastingAnswers: after some failures of a refresh, waiting helps. After others, it
// would not end.
func TestLastingAnswers(t *testing.T) {
	for _, test := range []struct {
		name    string
		answer  step
		lasting bool
	}{
		{"client that is not known", says(401, `{"error":"invalid_client"}`), true},
		{"the same at GitHub", says(200, `{"error":"incorrect_client_credentials"}`), true},
		{"grant type that is not allowed", says(400, `{"error":"unsupported_grant_type"}`), true},
		{"nothing there, as after a move", says(404, "not found"), true},
		{"redirect, as after a move", says(301, ""), true},
		{"server down", says(503, "<html>"), false},
		{"server down, in OAuth's words", says(503, `{"error":"temporarily_unavailable"}`), false},
		{"too many requests", says(429, "Retry later"), false},
		{"server that was too slow to read", says(408, ""), false},
		{"page of the hotel's network", says(200, "<html>"), false},
		{"lost connection", lost, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := newScripted(map[string][]step{"/token": {test.answer}})
			_, err := server.client().Refresh(t.Context(), testProvider(), secret.New("old"))
			if err == nil || IsLasting(err) != test.lasting {
				t.Errorf("error %v, lasting: %t", err, IsLasting(err))
			}
		})
	}
}

func TestRefreshWithADeadToken(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{})
	_, refresh := server.IssueGrant()
	server.RevokeGrants()
	_, err := clientOf(t, server).Refresh(t.Context(), gitLabAt(t, server), secret.New(refresh))
	var answer *Error
	if !errors.As(err, &answer) || answer.Code != "invalid_grant" || answer.Status != 400 || answer.Description == "" {
		t.Errorf("error %#v", err)
	}
}

// TestRedirectsAreNotFollowed lets a second server wait for the token.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				t.Errorf("%s %s came to another server", r.Method, r.URL)
			}))
			defer elsewhere.Close()
			server := startGitLab(t, fakegitlab.Options{})
			_, refresh := server.IssueGrant()
			server.Misbehave(fakegitlab.Misbehaviour{At: fakegitlab.Token, Status: status, Header: http.Header{"Location": {elsewhere.URL}}})
			_, err := clientOf(t, server).Refresh(t.Context(), gitLabAt(t, server), secret.New(refresh))
			var answer *Error
			if !errors.As(err, &answer) || answer.Status != status {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestRefreshEndsWithTheContext(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{})
	_, refresh := server.IssueGrant()
	server.Misbehave(fakegitlab.Misbehaviour{At: fakegitlab.Token, Hold: make(chan struct{})})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if err := server.WaitFor(ctx, fakegitlab.Token, 1); err != nil {
			t.Error(err)
		}
		cancel()
	}()
	if _, err := clientOf(t, server).Refresh(ctx, gitLabAt(t, server), secret.New(refresh)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestExpiry(t *testing.T) {
	for _, test := range []struct {
		name string
		json string
		want time.Duration // from now; 0 means that the end is unknown
	}{
		{"GitLab's", `7200`, 2 * time.Hour},
		{"in quotes", `"7200"`, 2 * time.Hour},
		{"with a point", `7200.0`, 2 * time.Hour},
		{"fractional", `0.5`, 500 * time.Millisecond},
		{"exponent", `7.2e3`, 2 * time.Hour},
		{"none", `null`, 0},
		{"zero", `0`, 0},
		{"negative", `-7200`, 0},
		{"negative beyond 32 bits", `-4294967297`, 0},
		{"huge", `1e18`, mostSeconds * time.Second},
		{"beyond all numbers", `1e999`, mostSeconds * time.Second},
		{"text", `"soon"`, 0},
		{"of another type", `[7200]`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := time.Now()
			grant, err := Provider{}.grant(readFields([]byte(`{"access_token":"a","expires_in":` + test.json + `}`)))
			if err != nil {
				t.Fatal(err)
			}
			if test.want == 0 && !grant.Expiry.IsZero() {
				t.Errorf("good until %v", grant.Expiry)
			}
			if test.want != 0 && (grant.Expiry.Before(before.Add(test.want)) || grant.Expiry.After(time.Now().Add(test.want))) {
				t.Errorf("good for %v", grant.Expiry.Sub(before))
			}
		})
	}
}

func TestGrantedScopes(t *testing.T) {
	asked := []string{"read_repository", "write_repository"}
	for _, test := range []struct {
		name string
		kind string
		json string
		want []string
	}{
		{"as the server says", "gitlab", `,"scope":"read_repository"`, []string{"read_repository"}},
		{"several", "gitlab", `,"scope":" a  b "`, []string{"a", "b"}},
		{"several of GitHub's", "github", `,"scope":"repo,workflow"`, []string{"repo", "workflow"}},
		{"a comma elsewhere", "oauth", `,"scope":"a,b"`, []string{"a,b"}},
		{"not said", "gitlab", ``, asked},
		{"none, as for GitHub's Apps", "github", `,"scope":""`, nil},
		{"none elsewhere", "gitlab", `,"scope":" "`, nil},
		{"a list", "gitlab", `,"scope":["a"]`, asked},
	} {
		t.Run(test.name, func(t *testing.T) {
			grant, err := Provider{Kind: test.kind, Scopes: asked}.grant(readFields([]byte(`{"access_token":"a"` + test.json + `}`)))
			if err != nil || !slices.Equal(grant.Scopes, test.want) {
				t.Errorf("scopes %q, %v", grant.Scopes, err)
			}
		})
	}
}

func TestErrorsDoNotRepeatSecrets(t *testing.T) {
	const sent = "c97d1fe5-hunter2"
	ask := map[string]func(context.Context, Client, Provider) error{
		"refresh token": func(ctx context.Context, c Client, p Provider) error {
			_, err := c.Refresh(ctx, p, secret.New(sent))
			return err
		},
		"client secret": func(ctx context.Context, c Client, p Provider) error {
			p.ClientSecret = secret.New(sent)
			_, err := c.Refresh(ctx, p, secret.New("other"))
			return err
		},
		"code": func(ctx context.Context, c Client, p Provider) error {
			_, err := c.redeem(ctx, attempt{provider: p}, map[string][]string{"code": {sent}})
			return err
		},
		"code verifier": func(ctx context.Context, c Client, p Provider) error {
			_, err := c.redeem(ctx, attempt{provider: p, verifier: sent}, map[string][]string{"code": {"the-code"}})
			return err
		},
		"device code": func(ctx context.Context, c Client, p Provider) error {
			s := deviceSignIn{client: c, provider: p}
			_, err := s.poll(ctx, device{code: secret.New(sent)})
			return err
		},
		"token to revoke": func(ctx context.Context, c Client, p Provider) error {
			return c.Revoke(ctx, p, secret.New(sent))
		},
	}
	for name, ask := range ask {
		t.Run(name, func(t *testing.T) {
			echo := []step{says(400, `{"error":"invalid_request","error_description":"What is `+sent+`?"}`)}
			server := newScripted(map[string][]step{"/token": echo, "/revoke": echo})
			err := ask(t.Context(), server.client(), testProvider())
			if !Is(err, "invalid_request") || !strings.Contains(err.Error(), "What is [secret]?") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestErrorsRepeatNoSecretElsewhere: an error does not repeat a secret in its code, or in
// the encoding of the form, either.
func TestErrorsRepeatNoSecretElsewhere(t *testing.T) {
	form := url.Values{"client_secret": {"hunter+2"}}
	answer := fields{"error": "what is hunter+2", "error_description": "got " + form.Encode()}
	err := newError(&http.Response{StatusCode: 400}, answer, form)
	if want := `the server answered "what is [secret]" (got client_secret=[secret])`; err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestErrorText(t *testing.T) {
	for _, test := range []struct {
		name string
		body string
		want string
	}{
		{"code alone", `{"error":"invalid_scope"}`, `the server answered "invalid_scope"`},
		{"with a description", `{"error":"invalid_scope","error_description":"No."}`, `the server answered "invalid_scope" (No.)`},
		{"description of several lines", `{"error":"x","error_description":"No.\r\nhint: run this\u2028"}`, `the server answered "x" (No. hint: run this)`},
		{"long description", `{"error":"x","error_description":"` + strings.Repeat("é", 400) + `"}`, `the server answered "x" (` + strings.Repeat("é", 300) + "…)"},
		{"code with a line break", `{"error":"x\ny"}`, `the server answered "x y"`},
		{"no JSON", `<html>`, "the server answered with HTTP status 400"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := newScripted(map[string][]step{"/token": {says(400, test.body)}})
			_, err := server.client().Refresh(t.Context(), testProvider(), secret.New("the-refresh-token"))
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

// TestRefreshTokenThatIsSpent: each provider has its own error for a used refresh token,
// and only that error makes the user sign in again.
func TestRefreshTokenThatIsSpent(t *testing.T) {
	for _, row := range []struct {
		name, kind, answer string
		spent              bool
	}{
		{"GitLab", "gitlab", `{"error":"invalid_grant"}`, true},
		{"GitHub", "github", `{"error":"bad_refresh_token"}`, true},
		{"Gitea", "gitea", `{"error":"unauthorized_client"}`, true},
		{"Forgejo", "forgejo", `{"error":"unauthorized_client"}`, true},
		{"Bitbucket", "bitbucket", `{"error":"invalid_request","error_description":"Invalid refresh_token"}`, true},
		{"Bitbucket, and something else is wrong", "bitbucket", `{"error":"invalid_request","error_description":"Missing grant_type"}`, false},
		{"Bitbucket's error from a GitLab", "gitlab", `{"error":"invalid_request","error_description":"Invalid refresh_token"}`, false},
		{"Gitea's error from a GitLab", "gitlab", `{"error":"unauthorized_client"}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := newScripted(map[string][]step{"/token": {says(400, row.answer)}})
			provider := testProvider()
			provider.Kind = row.kind
			if _, err := server.client().Refresh(t.Context(), provider, secret.New("old")); Is(err, "invalid_grant") != row.spent {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestIsReplaced: only a server that has one grant for each user and application says so,
// and not after the user has revoked the grant or the token has expired.
func TestIsReplaced(t *testing.T) {
	for _, row := range []struct {
		name, kind, answer string
		want               bool
	}{
		{"Forgejo, another machine has refreshed", "forgejo", `{"error":"unauthorized_client","error_description":"token was already used"}`, true},
		{"Gitea with INVALIDATE_REFRESH_TOKENS", "gitea", `{"error":"unauthorized_client","error_description":"token was already used"}`, true},
		{"the user has revoked the grant", "forgejo", `{"error":"invalid_grant","error_description":"grant does not exist"}`, false},
		{"the refresh token has expired", "forgejo", `{"error":"unauthorized_client","error_description":"unable to parse refresh token"}`, false},
		{"GitLab, which has many grants", "gitlab", `{"error":"invalid_grant","error_description":"token was already used"}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			provider := testProvider()
			provider.Kind = row.kind
			client := newScripted(map[string][]step{"/token": {says(400, row.answer)}}).client()
			_, err := client.Refresh(t.Context(), provider, secret.New("refresh"))
			if !Is(err, "invalid_grant") || IsReplaced(row.kind, err) != row.want {
				t.Errorf("replaced %t: %v", IsReplaced(row.kind, err), err)
			}
		})
	}
	if IsReplaced("forgejo", nil) {
		t.Error("no error counts")
	}
}
