// Package oauthflow obtains, refreshes and revokes grants: which servers there are,
// sign-in with the browser (RFC 6749 section 4.1 with PKCE, RFC 7636, for native
// applications, RFC 8252) and by device code (RFC 8628), refresh (RFC 6749 section 6)
// and revocation (RFC 7009).
//
// It does not depend on git's protocol or on where grants are stored.
package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// Provider is everything that a sign-in needs to know about a server.
type Provider struct {
	Kind          string // the row of the table that it came from: "gitlab"; "oauth" for an unlisted server
	Title         string // the same for people: "GitLab"
	ClientID      string
	ClientSecret  secret.Text // of a confidential application; otherwise not set
	Scopes        []string
	AuthURL       string // authorization endpoint
	TokenURL      string // token endpoint
	DeviceAuthURL string // device authorization endpoint, "" if there is none
	RevokeURL     string // revocation endpoint, "" if there is none
	RedirectURL   string // loopback address without a port, or with a fixed one
	Username      string // the user name for git to send with the token

	// NeedsSecret means that sign-in with the browser requires the application's secret,
	// but there is none. The device flow does not require it.
	NeedsSecret bool

	Issuer      string // the server's name for itself (RFC 9207), "" if unknown
	SendsIssuer bool   // it promises to send its issuer in every answer

	// Answers means that the server has just answered this client, and need not be tried
	// before the user is sent to sign in.
	Answers bool

	// Guessed means that nothing identifies the server, and it is treated as a GitLab.
	Guessed bool

	guess *guess // what Confirm makes a provider from
}

// Settings are what a user or an administrator configured for a host. An empty field
// leaves the provider's own value. URLs may be relative to the host.
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
	// ErrUnknownHost means that nothing says how to sign in to the host with OAuth.
	ErrUnknownHost = errors.New("could not find out how to sign in to this host with OAuth")
	// ErrNoClientID means that the kind of host is known, and only the application ID is
	// missing.
	ErrNoClientID = errors.New("no OAuth application is configured for this host")
)

// Resolve finds out how to sign in to an origin ("https://gitlab.com"): from the
// settings, the host name and the challenges of its 401 answer, which git passes on
// since 2.41. It asks the server nothing: see Confirm.
//
// Besides ErrUnknownHost and ErrNoClientID, for which the provider has its Kind and
// Title, it fails on settings that are not valid endpoints for tokens.
func Resolve(origin string, challenges []string, settings Settings) (Provider, error) {
	base, err := url.Parse(origin)
	if err != nil || base.Host == "" {
		return Provider{}, ErrUnknownHost
	}
	if _, known := kindNamed(settings.Kind); settings.Kind != "" && !known {
		return Provider{}, fmt.Errorf("oauthProvider %q is unknown; use one of: %s", settings.Kind, strings.Join(Kinds(), ", "))
	}
	known, found := detect(base.Hostname(), challenges, settings.Kind)
	switch {
	case found && settings.ClientID == "":
		return Provider{Kind: known.name, Title: known.title}, ErrNoClientID
	case found:
		return known.provider(base, "", settings)
	case settings.ClientID == "":
		return Provider{}, ErrUnknownHost
	case settings.AuthURL != "" && settings.TokenURL != "":
		return unlisted().provider(base, "", settings)
	}
	provider, err := kinds()[0].provider(base, "", settings)
	provider.Guessed = true
	if settings.AuthURL+settings.TokenURL+settings.DeviceAuthURL+settings.RevokeURL == "" {
		provider.guess = &guess{base, settings}
	}
	return provider, err
}

// guess is what a provider of unknown kind was made from.
type guess struct {
	base     *url.URL
	settings Settings
}

// Confirm asks the server of a guessed provider what it is: see Discover for the path
// and the errors; if ctx ends, it returns the cause of ctx. A server that does not say
// is still treated as a GitLab. Confirm returns every other provider unchanged, except
// that it adds a device authorization endpoint which only the server's metadata name.
func (c Client) Confirm(ctx context.Context, provider Provider, path string) (Provider, error) {
	if provider.guess == nil {
		return c.findDevice(ctx, provider), nil
	}
	base, settings := provider.guess.base, provider.guess.settings
	limited, cancel := context.WithTimeoutCause(ctx, discoveryTime, errNoAnswer)
	defer cancel()
	// The host's own root comes first: in a clone, someone else may decide what is
	// served below a path.
	found, err := c.recognise(limited, base, path, upwards(path))
	switch {
	case ctx.Err() != nil:
		return Provider{}, context.Cause(ctx)
	case err != nil:
		return Provider{}, fmt.Errorf("could not find out what kind of server it is: %w", err)
	case found.Kind == "":
		provider.guess, provider.Answers = nil, true
		return provider, nil
	case found.Kind == unlisted().name:
		if settings, err = found.metadata.settings(base, settings); err != nil {
			return Provider{}, err
		}
	case settings.DeviceAuthURL == "":
		settings.DeviceAuthURL = found.DeviceAuthURL
	}
	confirmed, err := found.kind.provider(base, found.Root, settings)
	confirmed.Issuer, confirmed.SendsIssuer, confirmed.Answers = found.metadata.issuer, found.metadata.sendsIssuer, true
	return confirmed, err
}

// detect finds the kind of a host: by its exact name, by the settings, by its challenge,
// by the first label of its name. An exact name overrides the settings, which may be for
// all hosts.
func detect(host string, challenges []string, configured string) (kind, bool) {
	if k, found := kindAt(host); found {
		return k, true
	}
	if k, found := kindNamed(configured); found {
		return k, true
	}
	if k, found := firstKind(func(k kind) bool { return k.challenges(challenges) }); found {
		return k, true
	}
	return kindByLabel(host)
}

// kindAt returns the kind of a host that the table has by name.
func kindAt(host string) (kind, bool) {
	return firstKind(func(k kind) bool {
		label, below := strings.CutSuffix(host, k.suffix)
		return slices.Contains(k.hosts, host) || k.suffix != "" && below && label != "" && !strings.Contains(label, ".")
	})
}

func kindByLabel(host string) (kind, bool) {
	return firstKind(func(k kind) bool { return k.label != "" && strings.HasPrefix(host, k.label+".") })
}
