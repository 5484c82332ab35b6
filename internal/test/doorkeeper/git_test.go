package doorkeeper

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestMain(m *testing.M) {
	parts.Undisturbed()
	os.Exit(m.Run())
}

func TestGitAsksForBasicAuthentication(t *testing.T) {
	Start(t).WantChallenge(`Basic realm="GitLab"`)
}

func TestScopeDecidesWhatGitMayDo(t *testing.T) {
	engine := Start(t)
	rows := []struct {
		scope string
		push  bool
	}{
		{"read_repository", false},
		{"write_repository", true},
		{parts.BothScopes, true},
	}
	for _, row := range rows {
		t.Run(row.scope, func(t *testing.T) {
			address := repository(engine, signIn(t, engine, row.scope).AccessToken)
			clone := filepath.Join(t.TempDir(), "clone")
			if output, err := parts.Git("", "clone", address, clone); err != nil {
				t.Fatalf("clone: %v\n%s", err, output)
			}
			branch := "refs/heads/" + strings.ReplaceAll(row.scope, " ", "-")
			if output, err := parts.Git(clone, "push", address, "HEAD:"+branch); (err == nil) != row.push {
				t.Errorf("push: %v, want success %v\n%s", err, row.push, output)
			}
		})
	}
}

// git sends a pack above http.postBuffer (1 MB) in chunks, and a long list of
// commits that the server may know as gzip: both must come through.
func TestLargePushAndFetch(t *testing.T) {
	engine := Start(t)
	address := repository(engine, signIn(t, engine, parts.BothScopes).AccessToken)
	pushed, fetched := t.TempDir(), t.TempDir()
	parts.MustGit(t, "", "clone", address, pushed)
	// Shares no commit with the server, so that git names all it has.
	parts.MustGit(t, "", "init", fetched)
	writeNoise(t, filepath.Join(pushed, "noise"), 4<<20)
	parts.MustGit(t, pushed, "add", "noise")
	commit(t, pushed)
	for range 100 {
		commit(t, fetched)
	}

	t.Setenv("GIT_TRACE_CURL", "1")
	push := parts.MustGit(t, pushed, "push", address, "HEAD:refs/heads/large")
	if !strings.Contains(push, "Send header: Transfer-Encoding: chunked") {
		t.Error("git did not push in chunks")
	}
	fetch := parts.MustGit(t, fetched, "fetch", address, "refs/heads/large")
	if !strings.Contains(fetch, "Send header: Content-Encoding: gzip") {
		t.Error("git did not send a gzip request")
	}
	if got, want := parts.MustGit(t, fetched, "rev-parse", "FETCH_HEAD"), parts.MustGit(t, pushed, "rev-parse", "HEAD"); got != want {
		t.Errorf("fetched %s, pushed %s", got, want)
	}
}

func TestParallelGitRequests(t *testing.T) {
	engine := Start(t)
	token := signIn(t, engine, parts.BothScopes).AccessToken
	parallel(8, func(int) {
		if !reachable(engine, token) {
			t.Error("git is refused with a good token")
		}
	})
}

func commit(t *testing.T, directory string) {
	t.Helper()
	parts.MustGit(t, directory, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--allow-empty", "--message=more")
}

// writeNoise writes a file that git cannot compress.
func writeNoise(t *testing.T, path string, size int) {
	t.Helper()
	noise := make([]byte, size)
	rand.Read(noise) // never fails
	if err := os.WriteFile(path, noise, 0o600); err != nil {
		t.Fatal(err)
	}
}
