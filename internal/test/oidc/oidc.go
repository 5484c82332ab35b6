// Package oidc starts testdata/oidc-provider for a test: a certified OpenID
// Connect server (oidc-provider, a Node.js program) as the OAuth engine, with
// git over HTTP behind its tokens. It settles what GitLab's own engine cannot
// show: the device flow (RFC 8628) as its standard has it, "iss" in the redirect
// (RFC 9207), and a refresh token whose second use ends the whole grant.
package oidc

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// Engine is a running oidc-provider with one public application and the
// repository URL + "/group/project.git", which any live access token opens.
type Engine struct {
	*parts.Engine
	// ClientID is the application's client ID. Its redirect URI is
	// http://127.0.0.1/, on any port, and its scopes read_repository and
	// write_repository.
	ClientID string
}

const clientID = "doorkey-test-client"

// Start runs an engine of its own for t and stops it when t ends; its log is
// printed if t failed. Where the module's testdata/, Node.js or oidc-provider is
// missing it skips t, or fails it when DOORKEY_TEST_REQUIRE is "all".
func Start(t testing.TB) *Engine {
	t.Helper()
	directory := parts.Testdata(t, "oidc-provider")
	requirePackages(t, directory)
	command := exec.Command("node", filepath.Join(directory, "start.mjs"))
	command.Env = append(os.Environ(),
		"OIDC_PROVIDER_STATE="+t.TempDir(),
		"OIDC_PROVIDER_CLIENT_ID="+clientID,
		"OIDC_PROVIDER_PORT=0")
	return &Engine{Engine: parts.StartEngine(t, "oidc-provider", command), ClientID: clientID}
}

// AuthURL is the authorization endpoint (RFC 6749 section 3.1).
func (e *Engine) AuthURL() string { return e.URL + "/auth" }

// TokenURL is the token endpoint (RFC 6749 section 3.2).
func (e *Engine) TokenURL() string { return e.URL + "/token" }

// DeviceAuthURL is the device authorization endpoint (RFC 8628 section 3.1). It
// answers without an interval, so that a client waits five seconds between
// polls; the engine itself does not mind faster ones.
func (e *Engine) DeviceAuthURL() string { return e.URL + "/device/auth" }

// RevokeURL is the revocation endpoint (RFC 7009): revoking one token ends its
// whole grant.
func (e *Engine) RevokeURL() string { return e.URL + "/token/revocation" }
