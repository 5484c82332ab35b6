package settings

import (
	"os"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/gitconfig"
)

// TestTokenFileIsAbsolute: the refresh child, which runs in another directory, reads the
// same file.
func TestTokenFileIsAbsolute(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(here, "none"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv(FleetTokenVariable, "")
	if err := os.WriteFile("keys", []byte(fleet.NewKey().Reveal()), 0o600); err != nil {
		t.Fatal(err)
	}
	reader := Reader{Git: new(gitconfig.Config), Environment: environment.Detect("")}
	access, err := reader.FleetAccess(t.Context(), "https://gitlab.example.com", Fleet{
		Address: "vault+https://vault.example.com/secret/doorkey", KeyFile: "keys", TokenFile: "vault.token",
	})
	if want := filepath.Join(here, "vault.token"); err != nil || access.TokenFile != want {
		t.Errorf("got %q, %v, want %q", access.TokenFile, err, want)
	}
}
