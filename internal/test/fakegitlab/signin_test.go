package fakegitlab

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/fakebrowser"
)

// TestSignInCloneRefreshPush is the whole life of a client: a sign-in in the browser
// with a listener on the loopback address, a clone, an expired token, a refresh and
// a push.
func TestSignInCloneRefreshPush(t *testing.T) {
	server := start(t, Options{Root: "/gitlab", SendIssuer: true})
	answers := make(chan string, 1)
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.URL.Query(); query.Get("state") == testState && query.Get("iss") == server.URL() {
			answers <- query.Get("code")
		}
		fmt.Fprint(w, "You can close this window.")
	}))
	defer listener.Close()
	browser, err := fakebrowser.New(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	request := with(authorizeRequest(), "redirect_uri", listener.URL+"/")
	page, err := browser.Visit(t.Context(), server.URL()+"/oauth/authorize?"+request.Encode(), fakebrowser.Authorize)
	if err != nil || page.Status != 200 || page.Body != "You can close this window." {
		t.Fatalf("ended on %d %s: %v\n%s", page.Status, page.URL, err, page.Body)
	}

	_, tokens := post(t, server, "/oauth/token", with(codeForm(<-answers), "redirect_uri", listener.URL+"/"))
	clone := filepath.Join(t.TempDir(), "clone")
	mustGit(t, server, "clone", "--quiet", address(t, server, "group/project.git", "oauth2", tokens["access_token"].(string)), clone)
	if content, err := os.ReadFile(filepath.Join(clone, "README.md")); err != nil || string(content) != "A practice project.\n" {
		t.Errorf("README.md is %q, %v", content, err)
	}
	mustGit(t, server, "-C", clone, "commit", "--quiet", "--allow-empty", "--message", "Second")

	server.ExpireAccessTokens()
	if output, err := git(t, server, "-C", clone, "push", "--quiet"); err == nil || !strings.Contains(output, "Authentication failed") {
		t.Errorf("push with an expired token: %v\n%s", err, output)
	}
	_, tokens = post(t, server, "/oauth/token", refreshForm(tokens["refresh_token"].(string)))
	mustGit(t, server, "-C", clone, "push", "--quiet", address(t, server, "group/project.git", "oauth2", tokens["access_token"].(string)), "main")
	if log := mustGit(t, server, "--git-dir", server.RepositoryPath("group/project"), "log", "--format=%s", "main"); log != "Second\nFirst commit\n" {
		t.Errorf("the server has the commits %q", log)
	}
	for kind, count := range map[Kind]int{Authorize: 1, Consent: 1, Token: 2, TokenAuthorizationCode: 1, TokenRefreshToken: 1, SpentRefreshToken: 0} {
		if server.Count(kind) != count {
			t.Errorf("%s was counted %d times, want %d", kind, server.Count(kind), count)
		}
	}
	wantProblem(t, server, "")
}
