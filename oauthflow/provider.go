// Package oauthflow obtains, renews and revokes grants: who the servers are,
// the sign-in in the browser (RFC 6749 section 4.1 with PKCE, RFC 7636, as
// native applications do it, RFC 8252) and by device code (RFC 8628), refresh
// (RFC 6749 section 6) and revocation (RFC 7009).
//
// It knows nothing of git's protocol and nothing of where grants are kept.
package oauthflow

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// Provider is everything that has to be known of a server to sign in there.
type Provider struct {
	Kind          string // the row of the table that it came from: "gitlab"
	ClientID      string
	ClientSecret  secret.Text // of a confidential application, else not set
	Scopes        []string
	AuthURL       string // authorization endpoint
	TokenURL      string // token endpoint
	DeviceAuthURL string // device authorization endpoint, "" if there is none
	RevokeURL     string // revocation endpoint, "" if there is none
	RedirectURL   string // loopback address without a port, or with a fixed one
	Username      string // what git is to give as user name with the token
}

// Settings are what a person or an administrator configured for a host. An
// empty field leaves the provider's own value. URLs may be relative to the
// host.
type Settings struct {
	Kind          string
	ClientID      string
	ClientSecret  secret.Text
	Scopes        []string
	AuthURL       string
	TokenURL      string
	DeviceAuthURL string
	RevokeURL     string
	RedirectURL   string
}

var (
	// ErrUnknownHost: nothing says that one can sign in at the host by OAuth.
	ErrUnknownHost = errors.New("no OAuth sign-in is known for this host")
	// ErrNoClientID: the host is one of a known kind, and only the client ID
	// of an application there is missing.
	ErrNoClientID = errors.New("no OAuth application is configured for this host")
)

// Resolve finds out how to sign in at an origin ("https://gitlab.com"): from
// the settings, the host's name and the challenges of its 401 answer, which
// git passes on since 2.41. Besides ErrUnknownHost and ErrNoClientID it fails
// on settings that are no addresses to send a token to.
func Resolve(origin string, challenges []string, settings Settings) (Provider, error) {
	base, err := url.Parse(origin)
	if err != nil || base.Host == "" {
		return Provider{}, ErrUnknownHost
	}
	known, found := detect(base.Hostname(), challenges, settings.Kind)
	switch {
	case settings.Kind != "" && !found:
		return Provider{}, fmt.Errorf("oauthProvider %q is not one that doorkey knows (%s)", settings.Kind, kindNames())
	case settings.ClientID == "" && !found:
		return Provider{}, ErrUnknownHost
	case settings.ClientID == "":
		return Provider{}, ErrNoClientID
	case !found && settings.AuthURL != "" && settings.TokenURL != "":
		known = kind{name: "oauth", username: "oauth2"}
	case !found:
		known = kinds()[0]
	}
	return known.provider(base, settings)
}

// detect finds the kind of a host: by exact name, by what was configured, by
// its challenge, by the first label of its name.
func detect(host string, challenges []string, configured string) (kind, bool) {
	signs := []func(kind) bool{
		func(k kind) bool { return slices.Contains(k.hosts, host) },
		func(k kind) bool { return configured == k.name },
		func(k kind) bool {
			return slices.ContainsFunc(challenges, func(challenge string) bool {
				return strings.Contains(challenge, `realm="`+k.realm+`"`)
			})
		},
		func(k kind) bool { return strings.HasPrefix(host, k.label+".") },
	}
	if configured != "" {
		signs = signs[1:2]
	}
	for _, sign := range signs {
		if i := slices.IndexFunc(kinds(), sign); i >= 0 {
			return kinds()[i], true
		}
	}
	return kind{}, false
}
