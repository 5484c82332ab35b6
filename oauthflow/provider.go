// Package oauthflow obtains, renews and revokes grants: who the servers are,
// the sign-in in the browser (RFC 6749 section 4.1 with PKCE, RFC 7636, as
// native applications do it, RFC 8252) and by device code (RFC 8628), refresh
// (RFC 6749 section 6) and revocation (RFC 7009).
//
// It knows nothing of git's protocol and nothing of where grants are kept.
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

// Provider is everything that has to be known of a server to sign in there.
type Provider struct {
	Kind          string // the row of the table that it came from: "gitlab"; "oauth" for a server of its own make
	Title         string // the same for people: "GitLab"
	ClientID      string
	ClientSecret  secret.Text // of a confidential application, else not set
	Scopes        []string
	AuthURL       string // authorization endpoint
	TokenURL      string // token endpoint
	DeviceAuthURL string // device authorization endpoint, "" if there is none
	RevokeURL     string // revocation endpoint, "" if there is none
	RedirectURL   string // loopback address without a port, or with a fixed one
	Username      string // what git is to give as user name with the token

	// NeedsSecret: a sign-in in the browser takes the application's secret, and
	// there is none. The device flow does not.
	NeedsSecret bool

	Issuer      string // the server's name for itself (RFC 9207), "" if it is not known
	SendsIssuer bool   // it has promised to name itself in every answer

	// Answers: the server has just answered this client, and need not be tried
	// before a person is sent to sign in.
	Answers bool

	// Guessed: nothing has said what the server is, and it is taken for a GitLab.
	Guessed bool

	guess *guess // what Confirm makes a provider from
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
// git passes on since 2.41. Nothing is asked of the server: see Confirm.
//
// Besides ErrUnknownHost and ErrNoClientID, with which the provider has its Kind
// and Title, it fails on settings that are no addresses to send a token to.
func Resolve(origin string, challenges []string, settings Settings) (Provider, error) {
	base, err := url.Parse(origin)
	if err != nil || base.Host == "" {
		return Provider{}, ErrUnknownHost
	}
	if _, known := kindNamed(settings.Kind); settings.Kind != "" && !known {
		return Provider{}, fmt.Errorf("oauthProvider %q is not one that doorkey knows (%s)", settings.Kind, strings.Join(Kinds(), ", "))
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

// guess is what a provider was made from that nothing said the kind of.
type guess struct {
	base     *url.URL
	settings Settings
}

// Confirm asks the server of a provider that is only a guess, for want of any
// sign, what it is: see Discover for the path and the errors, but for the end of
// ctx, of which it returns the cause. A server that does not say goes on being
// taken for a GitLab. Every other provider is returned as it is.
func (c Client) Confirm(ctx context.Context, provider Provider, path string) (Provider, error) {
	if provider.guess == nil {
		return provider, nil
	}
	base, settings := provider.guess.base, provider.guess.settings
	limited, cancel := context.WithTimeoutCause(ctx, discoveryTime, errNoAnswer)
	defer cancel()
	// The host's own root speaks first: a clone may be of a path below which
	// somebody else decides what is served.
	found, err := c.recognise(limited, base, path, upwards(path))
	switch {
	case ctx.Err() != nil:
		return Provider{}, context.Cause(ctx)
	case err != nil:
		return Provider{}, fmt.Errorf("what kind of server it is could not be found out: %w", err)
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

// detect finds the kind of a host: by exact name, by what was configured, by
// its challenge, by the first label of its name. An exact name goes before the
// settings, which may have been made for all hosts.
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

// kindAt returns the kind of a host that is in the table by its name.
func kindAt(host string) (kind, bool) {
	return firstKind(func(k kind) bool {
		label, below := strings.CutSuffix(host, k.suffix)
		return slices.Contains(k.hosts, host) || k.suffix != "" && below && label != "" && !strings.Contains(label, ".")
	})
}

func kindByLabel(host string) (kind, bool) {
	return firstKind(func(k kind) bool { return k.label != "" && strings.HasPrefix(host, k.label+".") })
}
