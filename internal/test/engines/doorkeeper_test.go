package engines

import (
	"maps"
	"strings"
	"testing"
)

func TestDoorkeeperRedirectsWhenConsentIsDenied(t *testing.T) {
	c := doorkeeper.client(t)
	redirect, err := c.authorize(nil, step{form: `value="Deny"`})
	c.wantOutcome(redirect, err, outcome{redirected: "access_denied"})
}

func TestDoorkeeperScopeDecidesWhatGitMayDo(t *testing.T) {
	c := doorkeeper.client(t)
	rows := []struct {
		scope string
		push  bool
	}{
		{"read_repository", false},
		{"write_repository", true},
		{bothScopes, true},
	}
	for _, row := range rows {
		c.run(row.scope, func(c client) {
			address := c.repository(c.exchange(c.code(row.scope), nil).AccessToken)
			clone := c.t.TempDir()
			c.mustGit("", "clone", address, clone)
			branch := "refs/heads/" + strings.ReplaceAll(row.scope, " ", "-")
			if output, err := git(clone, "push", address, "HEAD:"+branch); (err == nil) != row.push {
				c.t.Errorf("push: %v, want success %v\n%s", err, row.push, output)
			}
		})
	}
}

// A race that a client must avoid: only one of many refreshes with the same token
// gets the new pair.
func TestDoorkeeperParallelRefreshesHaveOneWinner(t *testing.T) {
	c := doorkeeper.client(t)
	token := c.signIn().RefreshToken
	answers := make([]answer, 8)
	parallel(len(answers), func(i int) { answers[i] = c.refresh(token) })

	outcomes := map[string]int{}
	for _, got := range answers {
		outcomes[got.Error]++
		if got.Error == "" {
			c.wantAccess("the winner's token", got.AccessToken, true)
		}
	}
	if want := map[string]int{"": 1, "invalid_grant": 7}; !maps.Equal(outcomes, want) {
		t.Errorf("errors %v, want %v", outcomes, want)
	}
}
