package engines

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

const (
	installDoorkeeper = "apt-get install --no-install-recommends git puma ruby-activerecord ruby-doorkeeper ruby-sqlite3"

	// Activates the gems without loading them, which takes a tenth of a second.
	findGems = `%w[doorkeeper activerecord sqlite3 puma].each { |name| gem name }`
)

// StartDoorkeeper runs testdata/doorkeeper until t ends: Doorkeeper, configured
// as in GitLab, with one user who is always signed in. The scope of an access
// token decides whether git may push, http://127.0.0.1 is a redirect URI too, and
// there is no device flow. If Ruby or Doorkeeper is missing (Debian 12 has 5.5), t is
// skipped, or fails if DOORKEY_TEST_REQUIRE is "all".
//
// Doorkeeper before 5.8.1 does not let a client revoke an expired pair of tokens:
// after Expire, the revocation endpoint answers 200 and does not revoke the grant.
// Counts has one "authorize" for each consent page or error page.
func StartDoorkeeper(t testing.TB) *Engine {
	t.Helper()
	parts.Long(t)
	directory := parts.Testdata(t, "doorkeeper")
	if output, err := exec.Command("ruby", "-e", findGems).CombinedOutput(); err != nil {
		parts.Missing(t, "Doorkeeper", fmt.Sprintf("%s (%v: %s)", installDoorkeeper, err, output))
	}
	e := start(t, "doorkeeper", exec.Command("ruby", filepath.Join(directory, "start")))
	e.AuthURL, e.TokenURL, e.RevokeURL = e.URL+"/oauth/authorize", e.URL+"/oauth/token", e.URL+"/oauth/revoke"
	e.consent = []step{{form: `value="Authorize"`}}
	return e
}
