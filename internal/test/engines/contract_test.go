package engines

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestMain(m *testing.M) {
	parts.Undisturbed()
	os.Exit(m.Run())
}

// kind is one of the two engines, and its differences from the other.
type kind struct {
	name      string
	start     func(testing.TB) *Engine
	challenge string // to git without a token
	username  string // of git with a token; any will do

	sendsIssuer         bool // "iss" in the redirect (RFC 9207)
	keepsOldAccessToken bool // after a refresh
	reuseRevokesGrant   bool // a code or refresh token used twice is stolen (RFC 9700 section 4.14.2)
}

var (
	doorkeeper   = kind{name: "doorkeeper", start: StartDoorkeeper, challenge: `Basic realm="GitLab"`, username: "oauth2"}
	oidcProvider = kind{name: "oidc-provider", start: StartOIDCProvider, challenge: `Basic realm="Example"`, username: "anybody",
		sendsIssuer: true, keepsOldAccessToken: true, reuseRevokesGrant: true}
)

func (k kind) client(t *testing.T) client {
	t.Helper()
	return client{Engine: k.start(t), kind: k, t: t}
}

// expected returns the one of two expectations that applies to this kind.
func expected[T any](k kind, ofDoorkeeper, ofOIDCProvider T) T {
	if k.name == doorkeeper.name {
		return ofDoorkeeper
	}
	return ofOIDCProvider
}

// TestContract tests what both engines do; where they differ, a row or the kind
// says how.
func TestContract(t *testing.T) {
	rows := []struct {
		name  string
		holds func(client)
	}{
		{"git without a token is challenged", gitIsChallenged},
		{"git sends chunks and gzip", gitSendsChunksAndGzip},
		{"git runs in parallel with one token", gitRunsInParallel},
		{"a code becomes tokens", codeBecomesTokens},
		{"an authorization request is accepted or rejected", authorizationIsChecked},
		{"a code exchange is accepted or rejected", exchangeIsChecked},
		{"a code works once", codeWorksOnce},
		{"a refresh token becomes new tokens", refreshTokenBecomesTokens},
		{"a refresh token works once", refreshTokenWorksOnce},
		{"an expired access token needs a refresh", expiredTokenNeedsRefresh},
		{"a grant revoked by the administrator needs a sign-in", revokedGrantNeedsSignIn},
		{"a refresh token revoked by the client ends its grant", clientRevokesGrant},
	}
	for _, k := range []kind{doorkeeper, oidcProvider} {
		t.Run(k.name, func(t *testing.T) {
			c := k.client(t)
			for _, row := range rows {
				c.run(row.name, row.holds)
			}
		})
	}
}

func codeBecomesTokens(c client) {
	earlier := c.counts()
	redirect, err := c.authorize(nil, c.consent...)
	c.must(err)
	if got, want := redirect.Host+redirect.Path, "127.0.0.1:1234/"; got != want {
		c.t.Errorf("redirected to %q, want %q", got, want)
	}
	query, issuer := redirect.Query(), ""
	if c.sendsIssuer {
		issuer = c.URL
	}
	if query.Get("state") != state || query.Get("iss") != issuer {
		c.t.Errorf("redirected with %v, want the state, and %q as iss", query, issuer)
	}
	tokens := c.exchange(query.Get("code"), nil)
	c.wantTokens("code exchange", tokens)
	c.wantAccess("a new token", tokens.AccessToken, true)
	c.wantCounts(earlier, map[string]int{"authorize": 1, "authorization_code": 1})
}

// outcome is what an authorization request leads to: a redirect with a code,
// a redirect with an error, or a page. A client that waits for the redirect
// learns nothing from a page.
type outcome struct {
	redirected string // error
	page       string // text of the page
}

func authorizationIsChecked(c client) {
	code := outcome{}
	redirected := func(err string) outcome { return outcome{redirected: err} }
	page := func(text string) outcome { return outcome{page: text} }
	rows := []struct {
		name             string
		changed          changes
		doorkeeper, oidc outcome
	}{
		{"redirect URI without a path", changes{"redirect_uri": "http://127.0.0.1:9"}, code, page("invalid_redirect_uri")},
		{"path that is not registered", changes{"redirect_uri": redirectURI + "callback"}, page("redirect uri is malformed"), page("invalid_redirect_uri")},
		{"localhost instead of 127.0.0.1", changes{"redirect_uri": "http://localhost:1234/"}, page("redirect uri is malformed"), page("invalid_redirect_uri")},
		{"unknown client", changes{"client_id": "nobody"}, page("unknown client"), page("invalid_client")},
		{"default scope", changes{"scope": ""}, code, redirected("access_denied")},
		{"scope that the application does not have", changes{"scope": "api"}, page("scope is invalid"), redirected("access_denied")},
		{"no challenge", changes{"code_challenge": "", "code_challenge_method": ""}, code, redirected("invalid_request")},
		{"plain challenge", changes{"code_challenge_method": "plain"}, code, redirected("invalid_request")},
		{"unknown challenge method", changes{"code_challenge_method": "S512"}, page("code challenge method"), redirected("invalid_request")},
		{"unknown resource", changes{"resource": "https://example.com/"}, code, redirected("invalid_target")},
	}
	for _, row := range rows {
		c.run(row.name, func(c client) {
			redirect, err := c.authorize(row.changed, c.consent...)
			c.wantOutcome(redirect, err, expected(c.kind, row.doorkeeper, row.oidc))
		})
	}
}

func (c client) wantOutcome(redirect *url.URL, err error, want outcome) {
	c.t.Helper()
	if want.page != "" {
		if err == nil {
			c.t.Errorf("redirected to %q, want a page that says %q", redirect, want.page)
		} else if !strings.Contains(err.Error(), want.page) {
			c.t.Errorf("the page does not say %q: %v", want.page, err)
		}
		return
	}
	c.must(err)
	query := redirect.Query()
	if query.Get("error") != want.redirected || query.Has("code") != (want.redirected == "") {
		c.t.Errorf("redirected with %v, want error %q, or a code if there is none", query, want.redirected)
	}
}

func exchangeIsChecked(c client) {
	rows := []struct {
		name             string
		changed          changes
		doorkeeper, oidc string
	}{
		{"wrong verifier", changes{"code_verifier": verifier + "-"}, "400 invalid_grant", "400 invalid_grant"},
		{"no verifier", changes{"code_verifier": ""}, "400 invalid_request", "400 invalid_grant"},
		{"other redirect path", changes{"redirect_uri": redirectURI + "callback"}, "400 invalid_grant", "400 invalid_grant"},
		{"other redirect port", changes{"redirect_uri": "http://127.0.0.1:4321/"}, "200", "400 invalid_grant"},
		{"unknown client", changes{"client_id": "nobody"}, "401 invalid_client", "401 invalid_client"},
		{"unknown code", changes{"code": "nothing"}, "400 invalid_grant", "400 invalid_grant"},
		{"device grant", changes{"grant_type": deviceGrant}, "400 unsupported_grant_type", "400 invalid_request"},
	}
	for _, row := range rows {
		c.run(row.name, func(c client) {
			c.wantResult("code exchange", c.exchange(c.code(bothScopes), row.changed), expected(c.kind, row.doorkeeper, row.oidc))
		})
	}
}

func codeWorksOnce(c client) {
	code := c.code(bothScopes)
	tokens := c.exchange(code, nil)
	c.wantTokens("first exchange", tokens)
	c.wantResult("second exchange", c.exchange(code, nil), "400 invalid_grant")
	c.wantAccess("the token of a code that was used twice", tokens.AccessToken, !c.reuseRevokesGrant)
}

func refreshTokenBecomesTokens(c client) {
	first, earlier := c.signIn(), c.counts()
	second := c.refresh(first.RefreshToken)
	c.wantTokens("refresh", second)
	if second.RefreshToken == first.RefreshToken {
		c.t.Error("the refresh token did not rotate")
	}
	c.wantAccess("the new token", second.AccessToken, true)
	c.wantAccess("the old token", first.AccessToken, c.keepsOldAccessToken)
	c.wantCounts(earlier, map[string]int{"refresh_token": 1})
}

// The requests that a client must never send.
func refreshTokenWorksOnce(c client) {
	first, earlier := c.signIn(), c.counts()
	second := c.refresh(first.RefreshToken)
	c.wantResult("second refresh", c.refresh(first.RefreshToken), "400 invalid_grant")
	c.wantCounts(earlier, map[string]int{"refresh_token": 2, "refresh_token failed": 1})
	c.wantAccess("the token of the first refresh", second.AccessToken, !c.reuseRevokesGrant)
	if third := c.refresh(second.RefreshToken); c.reuseRevokesGrant {
		c.wantResult("refresh by the successor", third, "400 invalid_grant")
	} else {
		c.wantTokens("refresh by the successor", third)
	}
}

func expiredTokenNeedsRefresh(c client) {
	first := c.signIn()
	c.must(c.Expire())
	c.wantAccess("an expired token", first.AccessToken, false)
	second := c.refresh(first.RefreshToken)
	c.wantTokens("refresh", second)
	c.wantAccess("the token of the refresh", second.AccessToken, true)
}

func revokedGrantNeedsSignIn(c client) {
	first := c.signIn()
	second := c.refresh(first.RefreshToken)
	c.must(c.Revoke())
	c.wantAccess("a revoked token", second.AccessToken, false)
	c.wantResult("refresh", c.refresh(second.RefreshToken), "400 invalid_grant")
	c.wantAccess("the token of a new sign-in", c.signIn().AccessToken, true)
}

func clientRevokesGrant(c client) {
	first := c.signIn()
	second, earlier := c.refresh(first.RefreshToken), c.counts()
	c.wantResult("revocation", c.revoke(second.RefreshToken), "200")
	c.wantAccess("the token of the sign-in", first.AccessToken, false)
	c.wantAccess("the token of the refresh", second.AccessToken, false)
	c.wantResult("refresh", c.refresh(second.RefreshToken), "400 invalid_grant")
	c.wantCounts(earlier, map[string]int{"revoke": 1, "refresh_token": 1, "refresh_token failed": 1})
}
