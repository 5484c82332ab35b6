package oauthflow

import (
	"errors"
	"slices"
	"strings"
)

// kind is a row of data: what all servers of one kind have in common. Paths are below
// the server's root.
type kind struct {
	name     string // for credential.oauthProvider
	title    string // for people
	hosts    []string
	suffix   string            // of hosts with one label in front of it: ".ghe.com"
	home     map[string]string // hosts whose endpoints are on another host
	realm    string            // in the challenge of its 401 (WWW-Authenticate)
	label    string            // first label of the usual host name: "gitlab" in gitlab.example.com
	username string            // the user name for git to send with the token
	scopes   []string

	authPath, tokenPath, deviceAuthPath, revokePath string

	issuerPath       string               // of its issuer (RFC 8414), if it is not the root itself
	applicationsPath string               // the page where applications are registered
	gitPath          string               // below which all repositories are, if it is not the root
	redirectURL      string               // if any port of 127.0.0.1 does not work
	needsSecret      bool                 // sign-in with the browser requires the application's secret, even with PKCE
	mayLackDevice    bool                 // older versions have no device flow
	deviceBox        string               // on an application's page: turns the device flow on
	noDevice         string               // why the device authorization endpoint may not exist
	deviceByMetadata bool                 // only the metadata of newer versions name that endpoint
	userEndpoints    []userEndpoint       // where the server names the user of a token
	fork             fork                 // a kind that has the same signs
	oneGrant         bool                 // for each user and application: two machines with one application share it
	spent            []invalidTokenAnswer // to a refresh token that is no longer valid, besides "invalid_grant"
}

// invalidTokenAnswer is an error for a refresh token that is no longer valid.
type invalidTokenAnswer struct {
	code string
	word string // in its description, if the code alone says too little
}

// is reports whether err is this answer.
func (s invalidTokenAnswer) is(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.Code == s.code && strings.Contains(answer.Description, s.word)
}

// kinds returns the servers that doorkey knows. A host with an application ID but no
// other sign is treated as the first one.
func kinds() []kind {
	return []kind{gitLab(), gitHub(), gitea(), forgejo(), bitbucketCloud(), bitbucketDataCenter()}
}

// gitLab has the device flow since 17.2 behind a flag, by default since 17.3, and generally
// available since 17.9.
//
//	https://docs.gitlab.com/api/oauth2/
//	https://docs.gitlab.com/integration/openid_connect_provider/
//	https://docs.gitlab.com/api/users/
func gitLab() kind {
	return kind{
		name: "gitlab", title: "GitLab", hosts: []string{"gitlab.com"}, realm: "GitLab", label: "gitlab",
		username: "oauth2", scopes: []string{"read_repository", "write_repository"},
		authPath: "/oauth/authorize", tokenPath: "/oauth/token",
		deviceAuthPath: "/oauth/authorize_device", revokePath: "/oauth/revoke",
		applicationsPath: "/-/user_settings/applications", mayLackDevice: true,
		deviceBox: "Device authorization grant", noDevice: "GitLab supports it since 17.3",
		userEndpoints: []userEndpoint{{[]string{"read_user", "api", "read_api"}, "/api/v4/user", "username"}, {[]string{"openid"}, "/oauth/userinfo", "nickname"}},
	}
}

// gitHub revokes tokens with its own API, not by RFC 7009. Without the scope "workflow" it
// rejects a push that changes .github/workflows. Gists are on the same server, and require
// the scope "gist". Servers with data residency have names of their own below ghe.com.
//
//	https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
//	https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
//	https://github.com/.well-known/oauth-authorization-server/login/oauth
//	https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency
func gitHub() kind {
	return kind{
		name: "github", title: "GitHub", hosts: []string{"github.com", "gist.github.com"}, suffix: ".ghe.com", realm: "GitHub", label: "github",
		username: "x-access-token", scopes: []string{"repo", "workflow"},
		authPath: "/login/oauth/authorize", tokenPath: "/login/oauth/access_token",
		deviceAuthPath: "/login/device/code", issuerPath: "/login/oauth",
		applicationsPath: "/settings/applications/new", needsSecret: true,
		home:      map[string]string{"gist.github.com": "github.com"},
		deviceBox: "Enable Device Flow",
		noDevice:  "GitHub answers like this if it does not know the application ID",
		spent:     []invalidTokenAnswer{{code: "bad_refresh_token"}},
	}
}

// gitea supports scopes since 1.23; an older one ignores them. It has no device flow yet;
// a newer version may name one in its metadata. It answers "unauthorized_client" to a
// refresh token that has expired or was used, and "invalid_grant" after the user has
// revoked the grant (routers/web/auth/oauth2_provider.go).
//
//	https://docs.gitea.com/development/oauth2-provider
//	https://github.com/go-gitea/gitea/issues/27309
func gitea() kind {
	return kind{
		name: "gitea", title: "Gitea", hosts: []string{"gitea.com"}, realm: "Gitea", label: "gitea",
		username: "oauth2", scopes: []string{"write:repository"},
		authPath: "/login/oauth/authorize", tokenPath: "/login/oauth/access_token",
		applicationsPath: "/user/settings/applications", oneGrant: true, deviceByMetadata: true,
		spent: []invalidTokenAnswer{{code: "unauthorized_client"}},
		fork:  fork{kind: "forgejo", path: "/api/forgejo/v1/version"},
	}
}

// forgejo is a fork of Gitea: it has Gitea's realm and metadata, and besides Gitea's API one
// of its own. Its refresh tokens rotate by default, there is one grant for each user and
// application, and scopes do not limit tokens.
//
//	https://forgejo.org/docs/latest/user/oauth2-provider/
//	https://forgejo.org/docs/latest/user/semver
func forgejo() kind {
	return kind{
		name: "forgejo", title: "Forgejo", hosts: []string{"codeberg.org"}, label: "forgejo",
		username: "oauth2", scopes: []string{"write:repository"},
		authPath: "/login/oauth/authorize", tokenPath: "/login/oauth/access_token",
		applicationsPath: "/user/settings/applications", oneGrant: true, deviceByMetadata: true,
		spent: []invalidTokenAnswer{{code: "unauthorized_client"}},
	}
}

// bitbucketCloud has the scopes of the application, which cannot be requested. The redirect
// has to begin with the registered one, so its port is fixed: the port that Git Credential
// Manager tells users to register. Bitbucket Data Center is another program, so only the
// name identifies this one. Refresh tokens rotate since May 2026 and expire after three
// months without use; one that is used up is an "invalid_request" ("Invalid refresh_token").
//
//	https://developer.atlassian.com/cloud/bitbucket/oauth-2/
//	https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/
func bitbucketCloud() kind {
	return kind{
		name: "bitbucket", title: "Bitbucket Cloud", hosts: []string{"bitbucket.org"},
		username: "x-token-auth", authPath: "/site/oauth2/authorize", tokenPath: "/site/oauth2/access_token",
		redirectURL: "http://localhost:34106/", needsSecret: true,
		spent: []invalidTokenAnswer{{code: "invalid_request", word: "refresh_token"}},
	}
}

// bitbucketDataCenter has OAuth since 7.20, and PKCE since 8.2. It has no metadata, and a
// different realm than Bitbucket Cloud. An administrator registers the application, and the
// redirect has to be the registered one. doorkey has not been run against a real one.
//
//	https://developer.atlassian.com/server/bitbucket/platform/oauth-2-provider-api/
//	https://confluence.atlassian.com/bitbucketserver/configure-an-incoming-link-1108483657.html
func bitbucketDataCenter() kind {
	return kind{
		name: "bitbucket-data-center", title: "Bitbucket Data Center", realm: "Atlassian Bitbucket",
		username: "x-token-auth", scopes: []string{"REPO_READ", "REPO_WRITE"},
		authPath: "/rest/oauth2/latest/authorize", tokenPath: "/rest/oauth2/latest/token",
		redirectURL: "http://localhost:34106/", needsSecret: true, gitPath: dataCenterGitPath,
	}
}

// unlisted returns a server without a row: its endpoints are configured, or come from
// its metadata.
func unlisted() kind { return kind{name: "oauth", title: "a server with OAuth", username: "oauth2"} }

// kindNamed returns the row with a name.
func kindNamed(name string) (kind, bool) {
	return firstKind(func(k kind) bool { return k.name == name })
}

// IsReplaced reports whether err means that a refresh token, although nobody has revoked
// the grant, is no longer the newest one of the only grant that this kind of server allows
// for each user and application: most likely, another machine with that application has
// signed in or refreshed since.
func IsReplaced(provider string, err error) bool {
	found, _ := kindNamed(provider)
	var answer *Error
	return found.oneGrant && errors.As(err, &answer) && strings.Contains(answer.Description, "already used")
}

// firstKind returns the first row with a sign.
func firstKind(sign func(kind) bool) (kind, bool) {
	if i := slices.IndexFunc(kinds(), sign); i >= 0 {
		return kinds()[i], true
	}
	return kind{}, false
}

// challenges reports whether the challenges of a 401 are from this kind. A Gitea with
// OAuth turned off has another realm.
func (k kind) challenges(challenges []string) bool {
	return k.realm != "" && slices.ContainsFunc(challenges, func(challenge string) bool {
		return strings.Contains(challenge, `realm="`+k.realm+`"`)
	})
}
