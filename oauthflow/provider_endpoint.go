package oauthflow

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// defaultRedirectURL is a loopback address whose port is chosen at each sign-in (RFC
// 8252 section 7.3). GitLab accepts any port for an address, but not for the name
// "localhost".
const defaultRedirectURL = "http://127.0.0.1/"

// redirect returns the redirect URL of a kind if none is configured.
func (k kind) redirect() string { return cmp.Or(k.redirectURL, defaultRedirectURL) }

// provider fills in the row for one host, if the server runs below a root, or below the
// one that a configured endpoint shows.
func (k kind) provider(base *url.URL, root string, settings Settings) (Provider, error) {
	p := Provider{
		Kind: k.name, Title: k.title, ClientID: settings.ClientID, ClientSecret: settings.ClientSecret,
		Scopes: settings.Scopes, RedirectURL: cmp.Or(settings.RedirectURL, k.redirect()), Username: k.username,
		NeedsSecret: k.needsSecret && settings.ClientSecret.IsEmpty(),
	}
	if len(p.Scopes) == 0 {
		p.Scopes = k.scopes
	}
	if err := checkRedirect(p.RedirectURL); err != nil {
		return Provider{}, err
	}
	base = k.homeOf(base)
	root = cmp.Or(k.root(base, settings), root)
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
			return Provider{}, fmt.Errorf("%s %q: %v", endpoint.name, secret.HideIn(endpoint.configured), err)
		}
	}
	return p, nil
}

// homeOf returns where the endpoints of a host are: on the host itself, except for a few
// that the row names.
func (k kind) homeOf(base *url.URL) *url.URL {
	home, elsewhere := k.home[base.Hostname()]
	if !elsewhere {
		return base
	}
	return &url.URL{Scheme: base.Scheme, Host: home}
}

// root returns the path under which the server runs, "" for the host's root: the part
// before the kind's own path in a configured endpoint ("/gitlab/oauth/authorize"). So
// one such setting determines all other endpoints.
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

// endpointURL resolves an endpoint: the configured one, relative to the host, else its
// path below the root. It returns "" for an endpoint that the kind does not have.
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
		return "", errors.New("doorkey sends tokens only to https URLs (http is allowed only to this machine, for tests)")
	}
	if address.User != nil || address.Fragment != "" {
		return "", errors.New("an endpoint must not have a user name or a fragment")
	}
	return address.String(), nil
}

// carriesTokens reports whether a token may be sent to an address: over TLS,
// or without leaving this machine.
func carriesTokens(address *url.URL) bool {
	return address.Host != "" && (address.Scheme == "https" || address.Scheme == "http" && isLoopback(address.Hostname()))
}

// isLoopback accepts only addresses, not names: "localhost" is whatever the resolver
// says.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// checkRedirect rejects redirect addresses on which doorkey cannot listen.
func checkRedirect(redirect string) error {
	address, err := url.Parse(redirect)
	if err != nil || address.Scheme != "http" || address.User != nil || address.RawQuery != "" || address.Fragment != "" ||
		!isLoopback(address.Hostname()) && (address.Hostname() != "localhost" || address.Port() == "" || address.Port() == "0") {
		return fmt.Errorf("oauthRedirectURL %q: it must be http://127.0.0.1/ (any port), or http://localhost with the port that is registered", secret.HideIn(redirect))
	}
	return nil
}

// MayCarryTokens reports whether tokens for an origin may be sent there: to https
// origins, and to http ones on this machine itself.
func MayCarryTokens(origin string) bool {
	address, err := url.Parse(origin)
	return err == nil && carriesTokens(address)
}
