package helper

import (
	"testing"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
)

// TestMayRevoke: login never revokes the grant that it has just obtained.
func TestMayRevoke(t *testing.T) {
	gitLab := cache.Account{Provider: "gitlab", TokenEndpoint: "https://h/oauth/token"}
	guessed, gitea := gitLab, gitLab
	guessed.ProviderGuessed, gitea.Provider = true, "gitea"
	pair := func(access, refresh string) cache.Secrets {
		return cache.Secrets{AccessToken: secret.New(access), RefreshToken: secret.New(refresh)}
	}
	for _, row := range []struct {
		name     string
		account  cache.Account
		old, new cache.Secrets
		want     bool
	}{
		{"other tokens of a GitLab", gitLab, pair("a", "b"), pair("c", "d"), true},
		{"the same access token", gitLab, pair("a", "b"), pair("a", "d"), false},
		{"the same refresh token", gitLab, pair("a", "b"), pair("c", "b"), false},
		{"the same pair", gitLab, pair("a", "b"), pair("a", "b"), false},
		{"no refresh tokens", gitLab, pair("a", ""), pair("c", ""), true},
		{"tokens that cannot be read", gitLab, cache.Secrets{}, pair("c", "d"), true},
		{"a server that was taken for a GitLab", guessed, pair("a", "b"), pair("c", "d"), false},
		{"another kind of server", gitea, pair("a", "b"), pair("c", "d"), false},
		{"no grant", cache.Account{}, cache.Secrets{}, pair("c", "d"), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := mayRevoke(Entry{row.account, row.old}, Entry{row.account, row.new}); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
