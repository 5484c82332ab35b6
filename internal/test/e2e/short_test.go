package e2e

import (
	"path/filepath"
	"testing"
)

// scriptsOfEachFlow are what "go test -short" runs of testdata/script: for each way
// to sign in and for most commands the script that shows most of it quickly, and of
// the attacks the quick ones.
func scriptsOfEachFlow() []string {
	return []string{
		"clone", "device-root", "provider-gitea-terminal", // by browser, by device code, by paste
		"recovery-declined", "password",
		"login-terminal", "logout-keyring", "status", "token", "setup-root", "doctor", "usage", "events",
		"badinput", "quit", "plain-http", "repository-config", "attack-every-host", "attack-pasted-command", "attack-text",
	}
}

// scriptsToRun are the directory of all scripts or, with -short, the files of some.
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
