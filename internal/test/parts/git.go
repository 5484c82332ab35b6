package parts

import (
	"os"
	"os/exec"
	"testing"
)

// PlainGit ends a test like Missing if git has a configuration of its own that
// GIT_CONFIG_SYSTEM does not replace: Apple's git does, and asks the keychain because of it.
func PlainGit(t testing.TB) {
	t.Helper()
	plain, err := IsPlainGit()
	if err != nil {
		t.Fatal(err)
	}
	if !plain {
		Missing(t, "a git without a configuration of its own", "on macOS, brew install git")
	}
}

// IsPlainGit is PlainGit for code outside a test.
func IsPlainGit() (bool, error) {
	list := exec.Command("git", "config", "--list")
	list.Dir = os.TempDir() // in no repository
	list.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=", "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_COUNT=0")
	output, err := list.Output()
	return len(output) == 0, err
}
