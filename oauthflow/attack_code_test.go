package oauthflow

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// TestAttackByDowngrade: every authorization request has a challenge that only this attempt
// can answer, whatever the server is and sends (RFC 9700 section 2.1.1). No state and no
// verifier is used twice.
func TestAttackByDowngrade(t *testing.T) {
	confidential := testProvider()
	confidential.ClientSecret = secret.New("hush")
	another := testProvider()
	another.Kind, another.AuthURL = "oauth", "https://login.example.com/authorize?tenant=a"
	seen := make(map[string]bool)
	for name, provider := range map[string]Provider{
		"public application": testProvider(), "confidential application": confidential, "another make of server": another,
	} {
		for range 2 {
			a := newAttempt(provider, "http://127.0.0.1:4000/")
			address, err := url.Parse(a.address)
			if err != nil {
				t.Fatal(err)
			}
			sent := address.Query()
			hash := sha256.Sum256([]byte(a.verifier))
			if sent.Get("code_challenge_method") != "S256" || sent.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(hash[:]) || sent.Get("response_type") != "code" {
				t.Errorf("%s: asks with %v", name, sent)
			}
			if sent.Get("state") != a.state || len(a.state) < 43 || len(a.verifier) < 43 || seen[a.state] || seen[a.verifier] || a.state == a.verifier {
				t.Errorf("%s: state %q or verifier %q can be guessed", name, a.state, a.verifier)
			}
			if strings.Contains(a.address, a.verifier) || strings.Contains(a.address, "hush") {
				t.Errorf("%s: a secret is in the address", name)
			}
			seen[a.state], seen[a.verifier] = true, true
		}
	}
}

// TestAttackByInjectedCode: an attacker who has seen the address knows the state. Other
// users of this machine can see the address in the list of processes. A code that the
// attacker obtained from the same server for the same address is not accepted as the
// user's, because it belongs to a different challenge.
func TestAttackByInjectedCode(t *testing.T) {
	for name, options := range map[string]fakegitlab.Options{
		"with a challenge of their own": {ConsentAutomatically: true},
		"without a challenge":           {ConsentAutomatically: true, ClientSecret: "hush"},
	} {
		t.Run(name, func(t *testing.T) {
			options.Directory = t.TempDir()
			server, err := fakegitlab.Start(options) // it will report a problem with the code
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			client, provider := clientOf(t, server), gitLabAt(t, server)
			if options.ClientSecret != "" {
				provider.ClientSecret = secret.New(options.ClientSecret)
			}
			grant, err := signInByBrowser(t.Context(), client, provider, func(address string) {
				go injectCode(t, client.HTTP, address, options.ClientSecret == "")
			})
			if !Is(err, "invalid_grant") || grant.AccessToken.IsSet() {
				t.Errorf("grant %v, error %v", grant, err)
			}
		})
	}
}

// injectCode obtains a code as a different user does, and sends it to the listener of the
// sign-in at address.
func injectCode(t *testing.T, web *http.Client, address string, challenge bool) {
	theirs, err := url.Parse(address)
	if err != nil {
		t.Error(err)
		return
	}
	query := theirs.Query()
	query.Del("code_challenge")
	query.Del("code_challenge_method")
	if challenge {
		query.Set("code_challenge", oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier()))
		query.Set("code_challenge_method", "S256")
	}
	theirs.RawQuery = query.Encode()
	answer, err := web.Get(theirs.String())
	if err != nil {
		t.Error(err)
		return
	}
	answer.Body.Close()
	stolen, err := answer.Location()
	if err != nil || !stolen.Query().Has("code") {
		t.Errorf("no code to inject: %v, %v", stolen, err)
		return
	}
	if answer, err = web.Get(stolen.String()); err != nil {
		t.Error(err)
		return
	}
	answer.Body.Close()
	if end, err := answer.Location(); err == nil { // the last page, for which the listener waits
		if answer, err = web.Get(end.String()); err == nil {
			answer.Body.Close()
		}
	}
}

// TestAttackByMixUp: an answer that names its server is used only if that is the server
// that was asked (RFC 9207). "iss" is compared as an origin.
func TestAttackByMixUp(t *testing.T) {
	asked := attempt{provider: testProvider()}
	for issuer, good := range map[string]bool{
		"https://gitlab.example.com":                      true,
		"https://gitlab.example.com/":                     true,
		"https://GitLab.example.com:443":                  true,
		"https://gitlab.example.com/gitlab":               true,
		"https://evil.example":                            false,
		"https://evil.example/https://gitlab.example.com": false,
		"https://gitlab.example.com.evil.example":         false,
		"https://gitlab.example.com@evil.example":         false,
		`https://evil.example\@gitlab.example.com`:        false,
		"https://gitlab.example.com.":                     false,
		"https://gitlab.example.com:444":                  false,
		"https://evil.gitlab.example.com":                 false,
		"http://gitlab.example.com:443":                   false,
		"http://gitlab.example.com":                       false,
		"//gitlab.example.com":                            false,
		"gitlab.example.com":                              false,
		"https://":                                        false,
		"javascript:alert(1)":                             false,
		"\x1b[2J":                                         false,
		"":                                                false,
	} {
		if err := asked.checkIssuer(url.Values{"iss": {issuer}}); (err == nil) != good {
			t.Errorf("iss %q: %v", issuer, err)
		}
	}
}
