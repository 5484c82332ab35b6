package engines

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// The pages of the device flow that precede the consent. The first one has a script
// that submits the code from the address.
var (
	sendUserCode    = step{form: `name="user_code"`}
	confirmUserCode = step{form: `id="op.deviceConfirmForm"`}
)

// StartOIDCProvider runs testdata/oidc-provider until t ends. It has what GitLab's
// engine does not: the device flow (RFC 8628) as its standard defines it, "iss" in
// the redirect (RFC 9207), and a refresh token whose second use revokes the whole
// grant. Any valid access token lets git fetch and push. If Node.js or oidc-provider
// is missing, t is skipped, or fails if DOORKEY_TEST_REQUIRE is "all".
//
// The device authorization endpoint answers without an interval, so a client waits
// five seconds between polls; the engine itself accepts faster ones.
func StartOIDCProvider(t testing.TB) *Engine {
	t.Helper()
	parts.Long(t)
	directory := parts.Testdata(t, "oidc-provider")
	parts.Program(t, "node", "install Node.js 22 or newer, with npm")
	if _, err := os.Stat(filepath.Join(directory, "node_modules", "oidc-provider")); err != nil {
		parts.Missing(t, "oidc-provider", "cd testdata/oidc-provider && npm ci")
	}
	e := start(t, "oidc-provider", exec.Command("node", filepath.Join(directory, "start.mjs")))
	e.AuthURL, e.TokenURL = e.URL+"/auth", e.URL+"/token"
	e.RevokeURL, e.DeviceAuthURL = e.URL+"/token/revocation", e.URL+"/device/auth"
	// It accepts any name and password.
	signIn := step{form: `value="login"`, typed: url.Values{"login": {"person"}, "password": {"any"}}}
	e.consent = []step{signIn, {form: `value="consent"`}}
	return e
}

// ApproveDevice does what a user does with the verification address that contains
// the user code (RFC 8628 section 3.3.1): it confirms the code, signs in and
// consents. An unexpected page, such as the one for a code that has been used, is an
// error with the text of the page. Only oidc-provider has the device flow.
func (e *Engine) ApproveDevice(verificationURIComplete string) error {
	b, err := e.walk(verificationURIComplete, append([]step{sendUserCode, confirmUserCode}, e.consent...)...)
	if err != nil {
		return err
	}
	return b.expect("Sign-in Success")
}
