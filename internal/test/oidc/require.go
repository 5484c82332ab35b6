package oidc

import (
	"os"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// requirePackages skips t, saying what to install, where the engine cannot run.
func requirePackages(t testing.TB, directory string) {
	t.Helper()
	parts.Program(t, "node", "install Node.js 22 or newer, with npm")
	if _, err := os.Stat(filepath.Join(directory, "node_modules", "oidc-provider")); err != nil {
		parts.Missing(t, "oidc-provider", "cd testdata/oidc-provider && npm ci")
	}
}
