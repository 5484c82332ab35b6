package fakegitlab

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"
)

// maker is a row of data: how the servers of one make answer. Every other
// answer is GitLab's. oauthflow's table has the sources.
type maker struct {
	name  string
	realm string // of the challenge for git

	// Paths below the root, "" for what it does not have.
	authorize, token, revoke, tokenInfo string
	user                                string // names the user of a token
	authorizeDevice, device             string
	serverMetadata, openIDMetadata      string
	applications, registration          string // the form for an application, and where it is sent

	namesDevice  bool   // in its metadata
	issuerSuffix string // of its issuer, behind the server's URL
	gitUser      string // the only user name for git with a token; "" for any

	scopes                []string // of an application
	readScope, writeScope string   // those of them that git needs
	scopeSeparator        string   // in the answer; "" if that has no scope
	ownScopes             bool     // scopes are the application's, and cannot be asked for
	permissions           bool     // tokens that end have permissions in the place of scopes, and an empty scope

	clientSecret   string          // of an application, where each has one
	secretOptional []Kind          // requests that do not need it
	secretErrors   map[Kind]string // errors for a wrong or missing secret, where not "invalid_client"
	fixedRedirect  bool            // a redirect has to begin with the registered one, port and all

	tokenLength    int
	lifetime       time.Duration // of access tokens; 0 if they do not end, and have no refresh token
	keepsOldTokens bool          // a refresh leaves the old pair alive, for a while at least

	version        string            // the path of a document with its version, which only this make has
	oneGrant       bool              // for each user and application: new tokens end the refresh tokens before them, and another scope is refused
	errorStatus    int               // of errors of the token endpoint; 0 for those of RFC 6749
	errorNames     map[string]string // by "KIND CODE", or "CODE" for every kind
	errorTexts     map[string]string // descriptions, by the name of the error in this make's words
	wantsAccept    bool              // answers in form encoding unless JSON is asked for
	hyphenatesCode bool              // user codes are ABCD-1234, and stand in no address
	slowsDown      bool              // a slow_down makes the interval longer, and says so
}

// makers are the servers that can be played. The first is the default.
func makers() []maker {
	gitLab := maker{
		name: "gitlab", realm: "GitLab",
		authorize: "/oauth/authorize", token: "/oauth/token", revoke: "/oauth/revoke", tokenInfo: "/oauth/token/info", user: "/api/v4/user",
		authorizeDevice: "/oauth/authorize_device", device: "/oauth/device",
		serverMetadata: "/.well-known/oauth-authorization-server", openIDMetadata: "/.well-known/openid-configuration",
		applications: "/-/user_settings/applications", registration: "/oauth/applications",
		scopes:    []string{"read_repository", "write_repository"},
		readScope: "read_repository", writeScope: "write_repository", scopeSeparator: " ",
		tokenLength: 64, lifetime: 7200 * time.Second,
	}
	gitHub := maker{
		name: "github", realm: "GitHub",
		authorize: "/login/oauth/authorize", token: "/login/oauth/access_token",
		authorizeDevice: "/login/device/code", device: "/login/device",
		serverMetadata: "/.well-known/oauth-authorization-server/login/oauth", issuerSuffix: "/login/oauth",
		gitUser: "x-access-token", scopes: []string{"repo", "workflow"}, readScope: "repo", writeScope: "repo", scopeSeparator: ",", permissions: true,
		clientSecret: "the-secret-of-a-GitHub-application", secretOptional: []Kind{AuthorizeDevice, TokenDeviceCode, TokenRefreshToken},
		tokenLength: 40, wantsAccept: true, hyphenatesCode: true, slowsDown: true, errorStatus: http.StatusOK,
		errorNames: map[string]string{
			"invalid_client":                         "incorrect_client_credentials",
			"token:authorization_code invalid_grant": "bad_verification_code",
			"token:refresh_token invalid_grant":      "bad_refresh_token",
			"token:device_code invalid_grant":        "incorrect_device_code",
		},
	}
	gitea := maker{
		name: "gitea", realm: "Gitea",
		authorize: "/login/oauth/authorize", token: "/login/oauth/access_token",
		openIDMetadata: "/.well-known/openid-configuration", issuerSuffix: "/",
		scopes:    []string{"read:repository", "write:repository"},
		readScope: "read:repository", writeScope: "write:repository",
		tokenLength: 600, lifetime: time.Hour, keepsOldTokens: true, errorStatus: http.StatusBadRequest,
		errorNames: map[string]string{
			"token:authorization_code invalid_grant": "unauthorized_client",
			"token:refresh_token invalid_grant":      "unauthorized_client",
		},
		secretErrors: map[Kind]string{TokenAuthorizationCode: "unauthorized_client"},
	}
	forgejo := gitea
	forgejo.name, forgejo.oneGrant, forgejo.version = "forgejo", true, "/api/forgejo/v1/version"
	giteaDevice := gitea // as a newer Gitea may be
	giteaDevice.name, giteaDevice.namesDevice = "gitea-device", true
	giteaDevice.authorizeDevice, giteaDevice.device = "/login/oauth/device/code", "/login/oauth/device"
	bitbucket := maker{
		name: "bitbucket", realm: "Bitbucket.org HTTP",
		authorize: "/site/oauth2/authorize", token: "/site/oauth2/access_token",
		gitUser: "x-token-auth", scopes: []string{"repository", "repository:write"}, readScope: "repository", writeScope: "repository:write", scopeSeparator: " ", ownScopes: true,
		clientSecret: "the-secret-of-a-Bitbucket-application", fixedRedirect: true,
		// A spent refresh token has some minutes of grace, which no client can build on.
		tokenLength: 3000, lifetime: 2 * time.Hour,
		errorNames: map[string]string{"token:refresh_token invalid_grant": "invalid_request"},
		errorTexts: map[string]string{"invalid_request": "Invalid refresh_token"},
	}
	dataCenter := maker{
		name: "bitbucket-data-center", realm: "Atlassian Bitbucket",
		authorize: "/rest/oauth2/latest/authorize", token: "/rest/oauth2/latest/token",
		gitUser: "x-token-auth", scopes: []string{"REPO_READ", "REPO_WRITE"}, readScope: "REPO_READ", writeScope: "REPO_WRITE", scopeSeparator: " ",
		clientSecret: "the-secret-of-an-incoming-link", fixedRedirect: true,
		tokenLength: 64, lifetime: 2 * time.Hour,
	}
	return []maker{gitLab, gitHub, gitea, forgejo, giteaDevice, bitbucket, dataCenter}
}

// makerNamed returns a row; the first for "".
func makerNamed(name string) (maker, error) {
	i := slices.IndexFunc(makers(), func(m maker) bool { return m.name == name || name == "" })
	if i < 0 {
		return maker{}, fmt.Errorf("fakegitlab: option Make is %q, which is not one that can be played", name)
	}
	return makers()[i], nil
}

// inItsWords is an error of the token endpoint as this make has it.
func (m maker) inItsWords(kind Kind, failure *oauthError) *oauthError {
	renamed := *failure
	for _, name := range []string{string(kind) + " " + failure.code, failure.code} {
		if own, found := m.errorNames[name]; found {
			renamed.code = own
			break
		}
	}
	if text, found := m.errorTexts[renamed.code]; found {
		renamed.description = text
	}
	if m.errorStatus != 0 {
		renamed.status = m.errorStatus
	}
	return &renamed
}

// slowDown is told to who polls too often. At GitHub the interval is longer
// from then on.
func (d *devices) slowDown(grant *deviceGrant) *oauthError {
	failure := &oauthError{status: http.StatusBadRequest, code: "slow_down", description: "The device polls too often."}
	if d.options.maker.slowsDown {
		grant.interval += 5 * time.Second // RFC 8628 section 3.5
		failure.interval = wholeSeconds(grant.interval)
	}
	return failure
}

// wholeSeconds rounds up, so that nobody who waits as told is too early.
func wholeSeconds(interval time.Duration) int { return int(math.Ceil(interval.Seconds())) }
