package oidctest

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/testparts"
)

func TestMain(m *testing.M) {
	testparts.Undisturbed()
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
	testparts.MustGit(t, "", "clone", address, pushed)
	noise := make([]byte, 2<<20) // that git cannot compress
	rand.Read(noise)             // never fails
	if err := os.WriteFile(filepath.Join(pushed, "noise"), noise, 0o600); err != nil {
		t.Fatal(err)
	}
	testparts.MustGit(t, pushed, "add", "noise")
	testparts.MustGit(t, pushed, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=large")
	testparts.MustGit(t, pushed, "push", address, "HEAD:refs/heads/large")

	testparts.MustGit(t, "", "clone", "--branch=large", address, fetched)
	if got, want := testparts.MustGit(t, fetched, "rev-parse", "HEAD"), testparts.MustGit(t, pushed, "rev-parse", "HEAD"); got != want {
		t.Errorf("fetched %s, pushed %s", got, want)
	}
}
