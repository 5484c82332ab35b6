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
	"net/netip"
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

// kind is a row of data: what all servers of one make have in common. Paths
// are below the server's root.
type kind struct {
	name     string
	hosts    []string // exact names
	realm    string   // in the challenge of its 401 (WWW-Authenticate)
	label    string   // first label of the usual host name: "gitlab" in gitlab.example.com
	username string
	scopes   []string

	authPath, tokenPath, deviceAuthPath, revokePath string
}

// kinds are the servers that doorkey knows. The first is the one that a host
// with a client ID and no other sign is taken for.
func kinds() []kind {
	return []kind{{
		// https://docs.gitlab.com/api/oauth2/
		name: "gitlab", hosts: []string{"gitlab.com"}, realm: "GitLab", label: "gitlab",
		username: "oauth2", scopes: []string{"read_repository", "write_repository"},
		authPath: "/oauth/authorize", tokenPath: "/oauth/token",
		deviceAuthPath: "/oauth/authorize_device", revokePath: "/oauth/revoke",
	}}
}

// defaultRedirectURL is a loopback address whose port is chosen at each
// sign-in (RFC 8252 section 7.3). GitLab leaves the port free for an address
// and not for the name "localhost".
const defaultRedirectURL = "http://127.0.0.1/"

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

func kindNames() string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

// provider fills the row in for one host.
func (k kind) provider(base *url.URL, settings Settings) (Provider, error) {
	p := Provider{
		Kind: k.name, ClientID: settings.ClientID, ClientSecret: settings.ClientSecret,
		Scopes: settings.Scopes, RedirectURL: settings.RedirectURL, Username: k.username,
	}
	if len(p.Scopes) == 0 {
		p.Scopes = k.scopes
	}
	if p.RedirectURL == "" {
		p.RedirectURL = defaultRedirectURL
	}
	if err := checkRedirect(p.RedirectURL); err != nil {
		return Provider{}, err
	}
	root := k.root(base, settings)
	for _, endpoint := range []struct {
		name, configured, path string
		field                  *string
	}{
		{"oauthAuthURL", settings.AuthURL, k.authPath, &p.AuthURL},
		{"oauthTokenURL", settings.TokenURL, k.tokenPath, &p.TokenURL},
		{"oauthDeviceAuthURL", settings.DeviceAuthURL, k.deviceAuthPath, &p.DeviceAuthURL},
		{"oauthRevokeURL", settings.RevokeURL, k.revokePath, &p.RevokeURL},
	} {
		var err error
		if *endpoint.field, err = endpointURL(base, root, endpoint.configured, endpoint.path); err != nil {
			return Provider{}, fmt.Errorf("%s %q: %v", endpoint.name, endpoint.configured, err)
		}
	}
	return p, nil
}

// root returns the path under which the server lives, "" for the host's root:
// what stands before the kind's own path in a configured endpoint
// ("/gitlab/oauth/authorize"). So one such setting says where all others are.
func (k kind) root(base *url.URL, settings Settings) string {
	for _, endpoint := range [][2]string{
		{settings.AuthURL, k.authPath}, {settings.TokenURL, k.tokenPath},
		{settings.DeviceAuthURL, k.deviceAuthPath}, {settings.RevokeURL, k.revokePath},
	} {
		configured, path := endpoint[0], endpoint[1]
		address, err := base.Parse(configured)
		if configured == "" || path == "" || err != nil || address.Host != base.Host {
			continue
		}
		if root, found := strings.CutSuffix(address.Path, path); found {
			return root
		}
	}
	return ""
}

// endpointURL resolves an endpoint: as configured, relative to the host, else
// at its path below the root. "" for an endpoint that the kind does not have.
func endpointURL(base *url.URL, root, configured, path string) (string, error) {
	if configured == "" && path == "" {
		return "", nil
	}
	if configured == "" {
		configured = root + path
	}
	address, err := base.Parse(configured)
	if err != nil {
		return "", errors.New("not a URL")
	}
	if !carriesTokens(address) {
		return "", errors.New("tokens go to https addresses only (http only to this machine itself, for tests)")
	}
	if address.User != nil || address.Fragment != "" {
		return "", errors.New("an endpoint has neither a user name nor a fragment")
	}
	return address.String(), nil
}

// carriesTokens reports whether a token may be sent to an address: over TLS,
// or without leaving this machine.
func carriesTokens(address *url.URL) bool {
	return address.Host != "" && (address.Scheme == "https" || address.Scheme == "http" && isLoopback(address.Hostname()))
}

// isLoopback takes addresses alone, and no names: "localhost" is whatever the
// resolver says.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// checkRedirect refuses redirect addresses at which doorkey cannot listen.
func checkRedirect(redirect string) error {
	address, err := url.Parse(redirect)
	if err != nil || address.Scheme != "http" || address.User != nil || address.RawQuery != "" || address.Fragment != "" ||
		!isLoopback(address.Hostname()) && (address.Hostname() != "localhost" || address.Port() == "" || address.Port() == "0") {
		return fmt.Errorf("oauthRedirectURL %q: it must be http://127.0.0.1/ (any port), or http://localhost with the port that is registered", redirect)
	}
	return nil
}

// MayCarryTokens reports whether tokens for an origin can be sent there: to
// https origins, and to http ones that are this machine itself.
func MayCarryTokens(origin string) bool {
	address, err := url.Parse(origin)
	return err == nil && carriesTokens(address)
}
