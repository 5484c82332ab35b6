package oauthflow

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/secret"
)

// TestIdentity: doorkey sends at most one request, only if the grant allows it, and returns
// no error.
func TestIdentity(t *testing.T) {
	const api, userinfo = "https://h.example/git/api/v4/user", "https://h.example/git/oauth/userinfo"
	for _, row := range []struct {
		name, kind string
		scopes     []string
		steps      map[string]step
		want       string
		asked      int
	}{
		{"read_user", "gitlab", []string{"read_repository", "read_user"}, map[string]step{api: says(200, `{"id":1,"username":"ada"}`)}, "ada", 1},
		{"api", "gitlab", []string{"api"}, map[string]step{api: says(200, `{"username":"ada"}`)}, "ada", 1},
		{"openid", "gitlab", []string{"openid"}, map[string]step{userinfo: says(200, `{"nickname":"ada"}`)}, "ada", 1},
		{"the scopes that git needs", "gitlab", []string{"read_repository", "write_repository"}, nil, "", 0},
		{"another kind of server", "github", []string{"repo", "api"}, nil, "", 0},
		{"no kind", "", []string{"api"}, nil, "", 0},
		{"refused", "gitlab", []string{"api"}, map[string]step{api: says(403, `{"username":"ada"}`)}, "", 1},
		{"a page", "gitlab", []string{"api"}, map[string]step{api: says(200, "<html>")}, "", 1},
		{"another answer", "gitlab", []string{"api"}, map[string]step{api: says(200, `{"username":7}`)}, "", 1},
		{"lost", "gitlab", []string{"api"}, map[string]step{api: fails(errors.New("connection reset"))}, "", 1},
		{"a name with a line break and the token", "gitlab", []string{"api"}, map[string]step{api: says(200, `{"username":"a\nhush"}`)}, "a [secret]", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := &web{steps: row.steps}
			provider := Provider{Kind: row.kind, TokenURL: "https://h.example/git/oauth/token"}
			got := server.client().Identity(t.Context(), provider, Grant{AccessToken: secret.New("hush"), Scopes: row.scopes})
			if got != row.want || len(server.asked) != row.asked {
				t.Errorf("got %q after %q, want %q after %d requests", got, server.asked, row.want, row.asked)
			}
		})
	}
}

// TestIdentityHasALimit: the user has signed in, and is waiting.
func TestIdentityHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		server := &web{steps: map[string]step{"https://h.example/api/v4/user": hangs}}
		provider := Provider{Kind: "gitlab", TokenURL: "https://h.example/oauth/token"}
		if got := server.client().Identity(t.Context(), provider, Grant{Scopes: strings.Fields("api")}); got != "" || time.Since(began) != identityTime {
			t.Errorf("got %q after %v", got, time.Since(began))
		}
	})
}
