package oidctest

import (
	"os"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/testparts"
)

// requirePackages skips t, saying what to install, where the engine cannot run.
func requirePackages(t testing.TB, directory string) {
	t.Helper()
	testparts.Program(t, "node", "install Node.js 22 or newer, with npm")
	if _, err := os.Stat(filepath.Join(directory, "node_modules", "oidc-provider")); err != nil {
		testparts.Missing(t, "oidc-provider", "cd testdata/oidc-provider && npm ci")
	}
}

// moduleRoot finds the directory of go.mod above the package under test, in
// whose directory `go test` runs.
func moduleRoot(t testing.TB) string {
	t.Helper()
	directory, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			return directory
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			t.Fatal("no go.mod above the working directory")
		}
		directory = parent
	}
}
