package doorkeeper

import (
	"fmt"
	"os/exec"
	"testing"

	"git-credential-doorkey/internal/test/parts"
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
	parts.Missing(t, "Doorkeeper", fmt.Sprintf("%s (%v: %s)", installCommand, err, output))
}
