package oauthflow

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakegitlab"
)

func TestRevoke(t *testing.T) {
	for _, test := range []struct {
		name    string
		options fakegitlab.Options
		secret  string
		token   func(access, refresh string) string
		revoked bool
		status  int // the status of the *Error, 0 for none
	}{
		{"refresh token", fakegitlab.Options{Root: "/gitlab"}, "", func(_, refresh string) string { return refresh }, true, 0},
		{"access token", fakegitlab.Options{}, "", func(access, _ string) string { return access }, true, 0},
		{"token that nobody knows", fakegitlab.Options{}, "", func(_, _ string) string { return "unknown" }, false, 0},
		{"confidential application", fakegitlab.Options{ClientSecret: "hush"}, "hush", func(_, refresh string) string { return refresh }, true, 0},
		{"confidential application without its secret", fakegitlab.Options{ClientSecret: "hush"}, "", func(_, refresh string) string { return refresh }, false, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startGitLab(t, test.options)
			access, refresh := server.IssueGrant()
			provider := gitLabAt(t, server)
			if test.secret != "" {
				provider.ClientSecret = secret.New(test.secret)
			}
			err := clientOf(t, server).Revoke(t.Context(), provider, secret.New(test.token(access, refresh)))
			var answer *Error
			if test.status == 0 && err != nil || test.status != 0 && (!errors.As(err, &answer) || answer.Status != test.status) {
				t.Errorf("error %v", err)
			}
			if server.Alive(access) == test.revoked || server.Alive(refresh) == test.revoked {
				t.Errorf("access token lives: %t, refresh token lives: %t", server.Alive(access), server.Alive(refresh))
			}
		})
	}
}

func TestRevokeWhereNothingSaysHow(t *testing.T) {
	provider := testProvider()
	provider.RevokeURL = ""
	if err := (Client{}).Revoke(t.Context(), provider, secret.New("t")); err != errNoRevocation {
		t.Errorf("error %v", err)
	}
}

func TestRevokeTakesAnyGoodStatus(t *testing.T) {
	for _, body := range []string{"", "{}", "OK", "<html>"} {
		server := newScripted(map[string][]step{"/revoke": {says(200, body)}})
		if err := server.client().Revoke(t.Context(), testProvider(), secret.New("t")); err != nil {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestRevokeGrant(t *testing.T) {
	unsupported := says(400, `{"error":"unsupported_token_type"}`)
	for _, row := range []struct {
		name            string
		access, refresh string
		steps           []step
		sent            []string // the tokens, in their order
		fails           bool
	}{
		{"both, the refresh token first", "a", "r", []step{says(200, "")}, []string{"r", "a"}, false},
		{"an access token alone", "a", "", []step{says(200, "")}, []string{"a"}, false},
		{"a refresh token alone", "", "r", []step{says(200, "")}, []string{"r"}, false},
		{"no second request after a failure", "a", "r", []step{says(503, "")}, []string{"r"}, true},
		{"access tokens cannot be revoked", "a", "r", []step{says(200, ""), unsupported}, []string{"r", "a"}, false},
		{"access tokens cannot be revoked, and there is no other", "a", "", []step{unsupported}, []string{"a"}, true},
		{"the second request fails", "a", "r", []step{says(200, ""), says(503, "")}, []string{"r", "a"}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := newScripted(map[string][]step{"/revoke": row.steps})
			err := server.client().RevokeGrant(t.Context(), testProvider(), Grant{AccessToken: secret.New(row.access), RefreshToken: secret.New(row.refresh)})
			if (err != nil) != row.fails {
				t.Errorf("error %v", err)
			}
			var sent []string
			for _, request := range server.forms {
				form, err := url.ParseQuery(strings.TrimPrefix(request, "/revoke "))
				if err != nil {
					t.Fatal(err)
				}
				sent = append(sent, form.Get("token"))
			}
			if !slices.Equal(sent, row.sent) {
				t.Errorf("sent %q, want %q", sent, row.sent)
			}
		})
	}
}

func TestRevocationURL(t *testing.T) {
	for _, row := range []struct{ name, configured, want string }{
		{"nothing said", "", ""},
		{"relative to the host", "/revoke", "https://git.example/revoke"},
		{"elsewhere", "https://sso.example/revoke", "https://sso.example/revoke"},
		{"without TLS", "http://sso.example/revoke", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := RevocationURL("https://git.example", Settings{RevokeURL: row.configured})
			if got != row.want || (err != nil) != (row.want == "") || row.configured == "" && err != errNoRevocation {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}

func TestGrantsPage(t *testing.T) {
	for _, row := range []struct{ name, kind, tokenURL, want string }{
		{"GitLab", "gitlab", "https://gitlab.com/oauth/token", "https://gitlab.com/-/user_settings/applications"},
		{"GitLab below a path", "gitlab", "https://h.example/gitlab/oauth/token", "https://h.example/gitlab/-/user_settings/applications"},
		{"GitHub", "github", "https://github.com/login/oauth/access_token", "https://github.com/settings/applications"},
		{"Forgejo", "forgejo", "https://codeberg.org/login/oauth/access_token", "https://codeberg.org/user/settings/applications"},
		{"Bitbucket Cloud", "bitbucket", "https://bitbucket.org/site/oauth2/access_token", "https://bitbucket.org/account/settings/app-authorizations/"},
		{"a page that nobody has looked for", "bitbucket-data-center", "https://h.example/rest/oauth2/latest/token", ""},
		{"a token endpoint of its own", "gitlab", "https://h.example/token", ""},
		{"a server of its own make", "oauth", "https://h.example/oauth/token", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := GrantsPage(row.kind, row.tokenURL); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
