package oidc

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestMain(m *testing.M) {
	parts.Undisturbed()
	os.Exit(m.Run())
}

func TestGitAsksForBasicAuthentication(t *testing.T) {
	Start(t).WantChallenge(`Basic realm="Example"`)
}

// git sends a pack above http.postBuffer (1 MB) in chunks.
func TestLargePushAndFetch(t *testing.T) {
	engine := Start(t)
	address := repository(engine, signIn(t, engine).AccessToken)
	pushed, fetched := filepath.Join(t.TempDir(), "pushed"), filepath.Join(t.TempDir(), "fetched")
	parts.MustGit(t, "", "clone", address, pushed)
	noise := make([]byte, 2<<20) // that git cannot compress
	rand.Read(noise)             // never fails
	if err := os.WriteFile(filepath.Join(pushed, "noise"), noise, 0o600); err != nil {
		t.Fatal(err)
	}
	parts.MustGit(t, pushed, "add", "noise")
	parts.MustGit(t, pushed, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=large")
	parts.MustGit(t, pushed, "push", address, "HEAD:refs/heads/large")

	parts.MustGit(t, "", "clone", "--branch=large", address, fetched)
	if got, want := parts.MustGit(t, fetched, "rev-parse", "HEAD"), parts.MustGit(t, pushed, "rev-parse", "HEAD"); got != want {
		t.Errorf("fetched %s, pushed %s", got, want)
	}
}
