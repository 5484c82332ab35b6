package fakegitlab

import (
	"net/url"
	"strings"
	"testing"
)

func TestRevoke(t *testing.T) {
	for _, test := range []struct {
		name   string
		client string
		token  func(access, refresh string) string
		status int
		alive  bool
	}{
		{"by the access token", DefaultClientID, func(access, _ string) string { return access }, 200, false},
		{"by the refresh token", DefaultClientID, func(_, refresh string) string { return refresh }, 200, false},
		{"unknown token", DefaultClientID, func(_, _ string) string { return "unknown" }, 200, true},
		{"another application's token", "other", func(_, refresh string) string { return refresh }, 403, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{})
			access, refresh := server.IssueGrant()
			status, _ := post(t, server, "/oauth/revoke", url.Values{"client_id": {test.client}, "token": {test.token(access, refresh)}})
			if status != test.status || server.Alive(access) != test.alive || server.Alive(refresh) != test.alive {
				t.Errorf("status %d, alive: %t %t", status, server.Alive(access), server.Alive(refresh))
			}
			wantProblem(t, server, "")
		})
	}
}

func TestTokenInfo(t *testing.T) {
	server := start(t, Options{})
	access, _ := server.IssueGrant()
	ask := func() int {
		request := newRequest(t, "GET", server.URL()+"/oauth/token/info", nil)
		request.Header.Set("Authorization", "Bearer "+access)
		response, body := send(t, server, request)
		if response.StatusCode == 200 && !strings.Contains(body, `"scope":["read_repository","write_repository"]`) {
			t.Errorf("body %s", body)
		}
		return response.StatusCode
	}
	if status := ask(); status != 200 {
		t.Errorf("status %d for a live token", status)
	}
	server.ExpireAccessTokens()
	if status := ask(); status != 401 {
		t.Errorf("status %d for a dead token", status)
	}
	wantProblem(t, server, "")
}
