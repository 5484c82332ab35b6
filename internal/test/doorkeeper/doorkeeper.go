// Package doorkeeper starts testdata/doorkeeper for a test: the OAuth
// engine that GitLab runs (Doorkeeper, a Ruby program), with git over HTTP
// behind its tokens. It settles what a fake server cannot: what the real engine
// accepts, refuses and revokes. Doorkeeper 5.5 comes with Debian 12.
package doorkeeper

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// Engine is a running Doorkeeper with one public application, one user who is
// always signed in, and the repository URL + "/group/project.git".
//
// Doorkeeper before 5.8.1 does not let a client revoke an expired pair of
// tokens: after Expire, /oauth/revoke answers 200 and keeps the grant. Counts
// has an "authorize" for each consent page, or error page in its place.
type Engine struct {
	*parts.Engine
	// ClientID is the application's client ID. Its redirect URIs are
	// http://127.0.0.1 and http://127.0.0.1/, on any port, and its scopes
	// read_repository and write_repository.
	ClientID string
}

const clientID = "doorkey-test-client"

// Start runs an engine of its own for t and stops it when t ends; its log is
// printed if t failed. Where the module's testdata/, Ruby or Doorkeeper is
// missing it skips t, or fails it when DOORKEY_TEST_REQUIRE is "all".
func Start(t testing.TB) *Engine {
	t.Helper()
	directory := parts.Testdata(t, "doorkeeper")
	requirePackages(t)
	state := t.TempDir()
	command := exec.Command("ruby", filepath.Join(directory, "start"))
	command.Env = append(os.Environ(),
		"DOORKEEPER_STATE="+state,
		"DOORKEEPER_REPOSITORIES="+filepath.Join(state, "repositories"),
		"DOORKEEPER_CLIENT_ID="+clientID,
		"DOORKEEPER_PORT=0")
	return &Engine{Engine: parts.StartEngine(t, "doorkeeper", command), ClientID: clientID}
}
