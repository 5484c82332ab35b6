package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/parts"
)

// TestAttackByRedirectedRemote: the user's server redirects git to another server, or to
// plain http. git asks for a credential there. doorkey does not return the token of the
// first host.
func TestAttackByRedirectedRemote(t *testing.T) {
	parts.Long(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, scheme := range []string{"https", "http"} {
			t.Run(fmt.Sprintf("%d to %s", status, scheme), func(t *testing.T) {
				t.Parallel()
				v := newVictim(t)
				server, thief := v.signsInAt(t), v.meetsStranger(t, scheme == "https")
				remote := server.URL() + "/group/project.git"
				if got := v.runs(t, "", "git", "ls-remote", remote); got.code != 0 {
					t.Fatal(got.stderr)
				}
				server.Misbehave(fakegitlab.Misbehaviour{At: fakegitlab.Git, Status: status,
					Header: http.Header{"Location": {thief.URL + "/group/project.git/info/refs?service=git-upload-pack"}}})
				if got := v.runs(t, "", "git", "ls-remote", remote); got.code == 0 {
					t.Error("the thief has a repository")
				}
				if connections, given := thief.met(); connections == 0 || len(given) > 0 {
					t.Errorf("the thief was met %d times and given %q", connections, given)
				}
				if times, log := v.opened(t); times != 1 {
					t.Errorf("the browser was opened %d times:\n%s", times, log)
				}
				server.Behave()
				if got := v.runs(t, "", "git", "ls-remote", remote); got.code != 0 || server.Count(fakegitlab.Token) != 1 {
					t.Errorf("afterwards: %s, %d requests for tokens", got.stderr, server.Count(fakegitlab.Token))
				}
			})
		}
	}
}

// TestAttackByRedirectedRefresh: if a token endpoint redirects to another server, the
// refresh token is not sent to that server, and doorkey still has the grant.
func TestAttackByRedirectedRefresh(t *testing.T) {
	parts.Long(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			v := newVictim(t)
			server, thief := v.signsInAt(t), v.meetsStranger(t, true)
			remote := server.URL() + "/group/project.git"
			if got := v.runs(t, "", "git", "ls-remote", remote); got.code != 0 {
				t.Fatal(got.stderr)
			}
			v.letExpire(t)
			server.ExpireAccessTokens()
			server.Misbehave(fakegitlab.Misbehaviour{At: fakegitlab.Token, Status: status, Header: http.Header{"Location": {thief.URL}}})
			if got := v.runs(t, "", "git", "ls-remote", remote); got.code == 0 {
				t.Error("fetched with a token that is over")
			}
			if connections, _ := thief.met(); connections > 0 {
				t.Error("the redirect was followed")
			}
			server.Behave()
			if got := v.runs(t, "", "git", "ls-remote", remote); got.code != 0 || server.Count(fakegitlab.TokenRefreshToken) != 2 {
				t.Errorf("afterwards: %s, %d refreshes", got.stderr, server.Count(fakegitlab.TokenRefreshToken))
			}
		})
	}
}
