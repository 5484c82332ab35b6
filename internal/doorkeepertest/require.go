package doorkeepertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/testparts"
)

const (
	installCommand = "apt-get install --no-install-recommends git puma ruby-activerecord ruby-doorkeeper ruby-sqlite3"

	// Activates the gems without loading them, which takes a tenth of a second.
	findGems = `%w[doorkeeper activerecord sqlite3 puma].each { |name| gem name }`
)

// requirePackages skips t, saying what to install, where the engine cannot run.
func requirePackages(t testing.TB) {
	t.Helper()
	output, err := exec.Command("ruby", "-e", findGems).CombinedOutput()
	if err == nil {
		return
	}
	testparts.Missing(t, "Doorkeeper", fmt.Sprintf("%s (%v: %s)", installCommand, err, output))
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
