package fakegitlab

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"
)

// maker is a row of data: how the servers of one make answer, where that differs
// from GitLab. oauthflow's table has the sources.
type maker struct {
	name  string
	realm string // of the challenge for git

	// Paths below the root, "" for one that it does not have.
	authorize, token, revoke, tokenInfo string
	user                                string // returns the user of a token
	authorizeDevice, device             string
	serverMetadata, openIDMetadata      string
	applications, registration          string // the form for an application, and the address that it is sent to

	namesDevice  bool   // in its metadata
	issuerSuffix string // of its issuer, after the server's URL
	gitUser      string // the only user name for git with a token; "" for any

	scopes                []string // of an application
	readScope, writeScope string   // the scopes that git needs
	scopeSeparator        string   // in the answer; "" if the answer has no scope
	ownScopes             bool     // the application has scopes, and requests cannot have any
	permissions           bool     // tokens that expire have permissions instead of scopes, and an empty scope

	clientSecret   string          // of an application, if each has one
	secretOptional []Kind          // requests that do not need it
	secretErrors   map[Kind]string // errors for a wrong or missing secret, if not "invalid_client"
	fixedRedirect  bool            // a redirect must begin with the registered one, including the port

	tokenLength    int
	lifetime       time.Duration // of access tokens; 0 if they do not expire, and have no refresh token
	keepsOldTokens bool          // a refresh leaves the old pair valid, at least for some time

	version        string            // the path of a document with its version, which no other make has
	oneGrant       bool              // for each user and application: another scope is rejected
	replacesTokens bool              // new tokens make earlier refresh tokens of the only grant invalid
	deadRefresh    deadRefresh       // errors for a dead refresh token, if they differ by its reason
	errorStatus    int               // of errors of the token endpoint; 0 for those of RFC 6749
	errorNames     map[string]string // by "KIND CODE", or "CODE" for every kind
	errorTexts     map[string]string // descriptions, by this make's error code
	wantsAccept    bool              // answers in form encoding unless the client asks for JSON
	publicDevice   bool              // only applications without a secret have the device flow
	hyphenatesCode bool              // user codes are ABCD-1234, and no address contains them
	slowsDown      bool              // a slow_down makes the interval longer, and names it
}

// deadRefresh has an error for each reason why a refresh token is dead.
type deadRefresh map[reason]*oauthError

// makers are the makes that the server can imitate. The first is the default.
func makers() []maker {
	return []maker{gitLab(), gitHub(), gitea(), forgejo(), giteaDevice(), bitbucket(), dataCenter()}
}

func gitLab() maker {
	return maker{
		name: "gitlab", realm: "GitLab",
		authorize: "/oauth/authorize", token: "/oauth/token", revoke: "/oauth/revoke", tokenInfo: "/oauth/token/info", user: "/api/v4/user",
		authorizeDevice: "/oauth/authorize_device", device: "/oauth/device",
		serverMetadata: "/.well-known/oauth-authorization-server", openIDMetadata: "/.well-known/openid-configuration",
		applications: "/-/user_settings/applications", registration: "/oauth/applications",
		scopes:    []string{"read_repository", "write_repository"},
		readScope: "read_repository", writeScope: "write_repository", scopeSeparator: " ",
		tokenLength: 64, lifetime: 7200 * time.Second,
	}
}

func gitHub() maker {
	return maker{
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
}

func gitea() maker {
	return maker{
		name: "gitea", realm: "Gitea",
		authorize: "/login/oauth/authorize", token: "/login/oauth/access_token",
		openIDMetadata: "/.well-known/openid-configuration", issuerSuffix: "/",
		scopes:    []string{"read:repository", "write:repository"},
		readScope: "read:repository", writeScope: "write:repository",
		tokenLength: 600, lifetime: time.Hour, keepsOldTokens: true, oneGrant: true, errorStatus: http.StatusBadRequest,
		errorNames: map[string]string{"token:authorization_code invalid_grant": "unauthorized_client"},
		deadRefresh: deadRefresh{
			unknown:  {code: "unauthorized_client", description: "unable to parse refresh token"},
			revoked:  {code: "invalid_grant", description: "grant does not exist"},
			replaced: {code: "unauthorized_client", description: "token was already used"},
		},
		secretErrors: map[Kind]string{TokenAuthorizationCode: "unauthorized_client"},
	}
}

// forgejo is a Gitea that replaces the refresh token of a grant.
func forgejo() maker {
	forgejo := gitea()
	forgejo.name, forgejo.replacesTokens, forgejo.version = "forgejo", true, "/api/forgejo/v1/version"
	return forgejo
}

// giteaDevice is a Gitea with the device flow that is proposed for it
// (https://github.com/go-gitea/gitea/pull/36960).
func giteaDevice() maker {
	device := gitea()
	device.name, device.namesDevice = "gitea-device", true
	device.authorizeDevice, device.device = "/login/oauth/device_authorization", "/login/oauth/device"
	device.publicDevice, device.hyphenatesCode = true, true
	return device
}

func bitbucket() maker {
	return maker{
		name: "bitbucket", realm: "Bitbucket.org HTTP",
		authorize: "/site/oauth2/authorize", token: "/site/oauth2/access_token",
		gitUser: "x-token-auth", scopes: []string{"repository", "repository:write"}, readScope: "repository", writeScope: "repository:write", scopeSeparator: " ", ownScopes: true,
		clientSecret: "the-secret-of-a-Bitbucket-application", fixedRedirect: true,
		// A used refresh token stays valid for some minutes, which no client can rely on.
		tokenLength: 3000, lifetime: 2 * time.Hour,
		errorNames: map[string]string{"token:refresh_token invalid_grant": "invalid_request"},
		errorTexts: map[string]string{"invalid_request": "Invalid refresh_token"},
	}
}

func dataCenter() maker {
	return maker{
		name: "bitbucket-data-center", realm: "Atlassian Bitbucket",
		authorize: "/rest/oauth2/latest/authorize", token: "/rest/oauth2/latest/token",
		gitUser: "x-token-auth", scopes: []string{"REPO_READ", "REPO_WRITE"}, readScope: "REPO_READ", writeScope: "REPO_WRITE", scopeSeparator: " ",
		clientSecret: "the-secret-of-an-incoming-link", fixedRedirect: true,
		tokenLength: 64, lifetime: 2 * time.Hour,
	}
}

// makerNamed returns a row; the first one for "".
func makerNamed(name string) (maker, error) {
	i := slices.IndexFunc(makers(), func(m maker) bool { return m.name == name || name == "" })
	if i < 0 {
		return maker{}, fmt.Errorf("fakegitlab: option Make is %q, which is not one that can be played", name)
	}
	return makers()[i], nil
}

// inItsWords returns an error of the token endpoint in the form of this make.
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

// slowDown returns the error for a client that polls too often. At GitHub the interval
// is longer from then on.
func (d *devices) slowDown(grant *deviceGrant) *oauthError {
	failure := &oauthError{status: http.StatusBadRequest, code: "slow_down", description: "The device polls too often."}
	if d.options.maker.slowsDown {
		grant.interval += 5 * time.Second // RFC 8628 section 3.5
		failure.interval = wholeSeconds(grant.interval)
	}
	return failure
}

// wholeSeconds rounds up, so that a client that waits as told is never too early.
func wholeSeconds(interval time.Duration) int { return int(math.Ceil(interval.Seconds())) }
