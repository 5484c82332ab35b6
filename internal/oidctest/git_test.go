package oidctest

import (
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestGitAsksForBasicAuthentication(t *testing.T) {
	engine := Start(t)
	response, err := http.Get(engine.URL + "/group/project.git/info/refs?service=git-upload-pack")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", response.StatusCode)
	}
	if got, want := response.Header.Get("WWW-Authenticate"), `Basic realm="Example"`; got != want {
		t.Errorf("challenge %q, want %q", got, want)
	}
}

// git sends a pack above http.postBuffer (1 MB) in chunks.
func TestLargePushAndFetch(t *testing.T) {
	engine := Start(t)
	address := repository(engine, signIn(t, engine).AccessToken)
	pushed, fetched := filepath.Join(t.TempDir(), "pushed"), filepath.Join(t.TempDir(), "fetched")
	mustGit(t, "clone", address, pushed)
	noise := make([]byte, 2<<20) // that git cannot compress
	rand.Read(noise)             // never fails
	if err := os.WriteFile(filepath.Join(pushed, "noise"), noise, 0o600); err != nil {
		t.Fatal(err)
	}
	mustGit(t, "-C", pushed, "add", "noise")
	mustGit(t, "-C", pushed, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=large")
	mustGit(t, "-C", pushed, "push", address, "HEAD:refs/heads/large")

	mustGit(t, "clone", "--branch=large", address, fetched)
	if got, want := mustGit(t, "-C", fetched, "rev-parse", "HEAD"), mustGit(t, "-C", pushed, "rev-parse", "HEAD"); got != want {
		t.Errorf("fetched %s, pushed %s", got, want)
	}
}

func mustGit(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := git(arguments...)
	if err != nil {
		t.Fatalf("git %q: %v\n%s", arguments, err, output)
	}
	return output
}
