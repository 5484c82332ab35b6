package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestBuiltInClientIDs builds doorkey as a distributor does, and checks which hosts it
// would sign in to: for these, it answers that interactive sign-in is turned off.
func TestBuiltInClientIDs(t *testing.T) {
	parts.Long(t)
	parts.Go(t)
	program := filepath.Join(t.TempDir(), "doorkey")
	build := buildCommand(t.Context(), program, "-ldflags", "-X main.builtInClientIDs=https://gitlab.com=lab,https://github.com=hub")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	home := t.TempDir()
	for host, want := range map[string]string{
		"gitlab.com":    "needs a sign-in, but interactive sign-in is turned off",
		"github.com":    "needs a sign-in, but interactive sign-in is turned off",
		"bitbucket.org": "no OAuth application is configured for it",
	} {
		get := exec.Command(program, "get")
		get.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "DOORKEY_STATE_DIR="+home, "DOORKEY_INTERACTIVE=0")
		get.Stdin = strings.NewReader("protocol=https\nhost=" + host + "\n\n")
		output, _ := get.CombinedOutput() // it fails if it may not ask
		if !strings.Contains(string(output), want) {
			t.Errorf("%s: %s", host, output)
		}
	}
}
