package e2e

import (
	"path/filepath"
	"testing"
)

// scriptsOfEachFlow returns the scripts of testdata/script that "go test -short" runs: for
// each flow and for most commands, the script that tests most of it quickly, and the quick
// attacks.
func scriptsOfEachFlow() []string {
	return []string{
		"clone", "device-root", "provider-gitea-terminal", // browser, device and paste flow
		"recovery-declined", "password",
		"login-terminal", "logout-keyring", "status", "token", "setup-root", "doctor", "usage", "events",
		"badinput", "quit", "plain-http", "repository-config", "attack-every-host", "attack-pasted-command", "attack-text",
	}
}

// scriptsToRun returns the directory of all scripts or, with -short, the files of some.
func scriptsToRun(t *testing.T) (directory string, files []string) {
	t.Helper()
	directory = filepath.Join("testdata", "script")
	if !testing.Short() {
		return directory, nil
	}
	for _, name := range scriptsOfEachFlow() {
		files = append(files, filepath.Join(directory, name+".txtar"))
	}
	t.Logf("left out with -short: all scripts but %d", len(files))
	return "", files
}
