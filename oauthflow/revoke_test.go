package oauthflow

import (
	"errors"
	"testing"

	"git-credential-doorkey/internal/fakegitlab"
	"git-credential-doorkey/internal/secret"
)

func TestRevoke(t *testing.T) {
	for _, test := range []struct {
		name    string
		options fakegitlab.Options
		secret  string
		token   func(access, refresh string) string
		revoked bool
		status  int // of the *Error, 0 for none
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
	if err := (Client{}).Revoke(t.Context(), provider, secret.New("t")); err != ErrNoRevocation {
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
