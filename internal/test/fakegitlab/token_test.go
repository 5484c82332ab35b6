package fakegitlab

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

func TestExchangeCode(t *testing.T) {
	parts.Long(t)
	same := func(form url.Values) url.Values { return form }
	change := func(name string, values ...string) func(url.Values) url.Values {
		return func(form url.Values) url.Values { return with(form, name, values...) }
	}
	for _, test := range []struct {
		name    string
		change  func(url.Values) url.Values
		status  int
		failure string
		problem string
	}{
		{"good", same, 200, "", ""},
		{"unknown client", change("client_id", "other"), 401, "invalid_client", ""},
		{"secret of a public application", change("client_secret", "x"), 401, "invalid_client", ""},
		{"unknown code", change("code", "x"), 400, "invalid_grant", ""},
		{"another redirect address", change("redirect_uri", "http://127.0.0.1:40001/"), 400, "invalid_grant", "redirect_uri"},
		{"no redirect address", change("redirect_uri"), 400, "invalid_grant", "redirect_uri"},
		{"no verifier", change("code_verifier"), 400, "invalid_grant", "code_verifier is not 43"},
		{"verifier that is too short", change("code_verifier", "short"), 400, "invalid_grant", "code_verifier is not 43"},
		{"another verifier", change("code_verifier", strings.Repeat("w", 43)), 400, "invalid_grant", "does not belong"},
		{"unknown parameter", change("audience", "x"), 400, "invalid_request", `unknown parameter "audience"`},
		{"parameter given twice", change("client_id", DefaultClientID, DefaultClientID), 400, "invalid_request", `"client_id" is given 2 times`},
		{"grant that a helper must not use", change("grant_type", "password"), 400, "invalid_request", "code in code"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{ConsentAutomatically: true})
			form := test.change(codeForm(signIn(t, server, authorizeRequest())))
			status, answer := post(t, server, "/oauth/token", form)
			if failure, _ := answer["error"].(string); status != test.status || failure != test.failure {
				t.Errorf("%d %v", status, answer)
			}
			if test.problem != "" && !strings.Contains(strings.Join(server.Problems(), "\n"), test.problem) {
				t.Errorf("problems are %q, want one with %q", server.Problems(), test.problem)
			}
			if test.problem == "" {
				wantProblem(t, server, "")
			}
		})
	}
}

func TestExchangeCodeTwice(t *testing.T) {
	server := start(t, Options{ConsentAutomatically: true})
	form := codeForm(signIn(t, server, authorizeRequest()))
	if status, answer := post(t, server, "/oauth/token", form); status != 200 {
		t.Fatalf("%d %v", status, answer)
	}
	if status, answer := post(t, server, "/oauth/token", form); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("%d %v", status, answer)
	}
	wantProblem(t, server, "sent twice")
}

func TestExchangeCodeTooLate(t *testing.T) {
	clock := newClock()
	server := start(t, Options{ConsentAutomatically: true, Now: clock.Now})
	code := signIn(t, server, authorizeRequest())
	clock.advance(codeLifetime)
	if status, answer := post(t, server, "/oauth/token", codeForm(code)); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("%d %v", status, answer)
	}
	wantProblem(t, server, "")
}

func TestTokenAnswer(t *testing.T) {
	clock := newClock()
	server := start(t, Options{ConsentAutomatically: true, Now: clock.Now, TokenLength: 3001, AccessTokenLifetime: time.Minute})
	status, answer := post(t, server, "/oauth/token", codeForm(signIn(t, server, authorizeRequest())))
	if status != 200 || answer["token_type"] != "Bearer" || answer["expires_in"] != 60.0 || answer["created_at"] != 1.7e9 ||
		answer["scope"] != "read_repository write_repository" {
		t.Errorf("%d %v", status, answer)
	}
	for _, name := range []string{"access_token", "refresh_token"} {
		if token, _ := answer[name].(string); len(token) != 3001 || !server.Alive(token) {
			t.Errorf("%s is %q", name, token)
		}
	}
}

func TestTokenOfConfidentialApplication(t *testing.T) {
	for _, test := range []struct {
		name   string
		secret []string
		status int
	}{
		{"right secret", []string{"hush"}, 200},
		{"wrong secret", []string{"x"}, 401},
		{"no secret", nil, 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{ClientSecret: "hush"})
			_, refresh := server.IssueGrant()
			status, answer := post(t, server, "/oauth/token", with(refreshForm(refresh), "client_secret", test.secret...))
			if status != test.status {
				t.Errorf("%d %v", status, answer)
			}
		})
	}
}

func TestRefreshSpendsBothTokensAtOnce(t *testing.T) {
	server := start(t, Options{})
	access, refresh := server.IssueGrant()
	status, answer := post(t, server, "/oauth/token", refreshForm(refresh))
	if status != 200 {
		t.Fatalf("%d %v", status, answer)
	}
	if server.Alive(access) || server.Alive(refresh) {
		t.Error("the old pair is still good")
	}
	if !server.Alive(answer["access_token"].(string)) || !server.Alive(answer["refresh_token"].(string)) {
		t.Error("the new pair is dead")
	}
	status, answer = post(t, server, "/oauth/token", refreshForm(refresh))
	if status != 400 || answer["error"] != "invalid_grant" || server.Count(SpentRefreshToken) != 1 {
		t.Errorf("spent token: %d %v, counted %d times", status, answer, server.Count(SpentRefreshToken))
	}
	wantProblem(t, server, "")
}

func TestRefreshInParallelHasOneWinner(t *testing.T) {
	server := start(t, Options{})
	_, refresh := server.IssueGrant()
	const clients = 8
	statuses := make(chan int, clients)
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			status, _ := post(t, server, "/oauth/token", refreshForm(refresh))
			statuses <- status
		})
	}
	group.Wait()
	close(statuses)
	counts := map[int]int{}
	for status := range statuses {
		counts[status]++
	}
	if counts[200] != 1 || counts[400] != clients-1 || server.Count(SpentRefreshToken) != clients-1 {
		t.Errorf("answers: %v, spent tokens: %d", counts, server.Count(SpentRefreshToken))
	}
}

func TestRefreshScope(t *testing.T) {
	for _, test := range []struct {
		name   string
		scope  string
		status int
		want   string
	}{
		{"none given", "", 200, "read_repository write_repository"},
		{"narrower", "read_repository", 200, "read_repository"},
		{"wider", "read_repository api", 400, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{})
			_, refresh := server.IssueGrant()
			status, answer := post(t, server, "/oauth/token", with(refreshForm(refresh), "scope", test.scope))
			if scope, _ := answer["scope"].(string); status != test.status || scope != test.want {
				t.Errorf("%d %v", status, answer)
			}
		})
	}
}

func TestEndsOfTokens(t *testing.T) {
	clock := newClock()
	for _, test := range []struct {
		name            string
		end             func(*Server)
		access, refresh bool
	}{
		{"nothing", func(*Server) {}, true, true},
		{"time passes", func(*Server) { clock.advance(2 * time.Hour) }, false, true},
		{"access tokens expire", (*Server).ExpireAccessTokens, false, true},
		{"access tokens are revoked", (*Server).RevokeAccessTokens, false, true},
		{"grants are revoked", (*Server).RevokeGrants, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{Now: clock.Now})
			access, refresh := server.IssueGrant()
			test.end(server)
			if server.Alive(access) != test.access || server.Alive(refresh) != test.refresh {
				t.Errorf("access token alive: %t, refresh token alive: %t", server.Alive(access), server.Alive(refresh))
			}
			status, answer := post(t, server, "/oauth/token", refreshForm(refresh))
			if (status == 200) != test.refresh || server.Count(SpentRefreshToken) != 0 {
				t.Errorf("refresh: %d %v", status, answer)
			}
		})
	}
}
