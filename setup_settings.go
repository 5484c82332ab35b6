package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// plan completes the settings with the least that says what the host is, and
// returns the provider that they come to.
func (s *setUp) plan() (oauthflow.Provider, error) {
	origin := s.target.origin
	if s.page.kind == "" && s.host.Root == "" {
		// Of a make of its own: what its metadata say is asked for at a sign-in.
		return oauthflow.Resolve(origin, nil, s.after)
	}
	inPlace := func(endpoint string) string { return strings.TrimPrefix(endpoint, origin) }
	var provider oauthflow.Provider
	var err error
	for _, add := range []func(*oauthflow.Settings){
		func(*oauthflow.Settings) {},
		func(o *oauthflow.Settings) { o.Kind = s.host.Kind },
		func(o *oauthflow.Settings) { o.AuthURL = inPlace(s.host.AuthURL) },
		func(o *oauthflow.Settings) { o.Kind, o.AuthURL = s.host.Kind, inPlace(s.host.AuthURL) },
		func(o *oauthflow.Settings) {
			o.Kind, o.AuthURL, o.TokenURL = "", inPlace(s.host.AuthURL), inPlace(s.host.TokenURL)
		},
	} {
		settings := s.after
		add(&settings)
		if provider, err = oauthflow.Resolve(origin, nil, settings); err == nil && s.isSaid(settings) && s.isHost(provider) {
			s.after = settings
			return provider, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("git's configuration has other endpoints than the server\ntake out credential.%s.oauthAuthURL and the other URLs there, and run this again", origin)
	}
	return provider, fmt.Errorf("%s: %v", origin, err)
}

// isHost reports whether a provider is what was found at the host.
func (s *setUp) isHost(provider oauthflow.Provider) bool {
	return provider.Kind == s.host.Kind && provider.AuthURL == s.host.AuthURL && provider.TokenURL == s.host.TokenURL
}

// isSaid reports whether the settings, or the host's name, say what it is.
// Without that a sign-in would have to ask the server each time.
func (s *setUp) isSaid(settings oauthflow.Settings) bool {
	if settings.AuthURL != "" {
		return true
	}
	settings.ClientID = ""
	_, err := oauthflow.Resolve(s.target.origin, nil, settings)
	return errors.Is(err, oauthflow.ErrNoClientID)
}

// changes are what is to be written. A value of another file is taken back by an
// empty one.
func (s *setUp) changes() []gitconfig.Setting {
	var changes []gitconfig.Setting
	key := func(name string) string { return "credential." + s.target.origin + "." + name }
	for _, row := range []struct{ name, before, after string }{
		{"oauthClientId", "", s.after.ClientID},
		{"oauthProvider", s.before.Kind, s.after.Kind},
		{"oauthAuthURL", s.before.AuthURL, s.after.AuthURL},
		{"oauthTokenURL", s.before.TokenURL, s.after.TokenURL},
		{"oauthScopes", strings.Join(s.before.Scopes, " "), strings.Join(s.after.Scopes, " ")},
	} {
		if row.before != row.after {
			changes = append(changes, gitconfig.Setting{Key: key(row.name), Value: row.after})
		}
	}
	if !s.before.ClientSecret.Equal(s.after.ClientSecret) {
		changes = append(changes, gitconfig.Setting{Key: key("oauthClientSecret"), Secret: s.after.ClientSecret})
	}
	return changes
}

// application is one that git's configuration already has for the host, where
// doorkey does not look for it.
type application struct {
	id     string
	secret secret.Text
	key    string // where it stands
}

// candidates finds what users of Git Credential Manager have for the host, or
// users of another helper for a path of it.
func (s *setUp) candidates(ctx context.Context) ([]application, error) {
	entries, err := s.configured(ctx, `^credential\..*\.((gitlab|github|bitbucket)dev|oauth)client(id|secret)$`)
	if err != nil {
		return nil, err
	}
	var found []application
	for _, entry := range entries {
		prefix, isID := strings.CutSuffix(entry.Key, "clientid")
		if !isID || entry.Value == "" || slices.ContainsFunc(found, func(a application) bool { return a.id == entry.Value }) {
			continue
		}
		candidate := application{id: entry.Value, key: entry.Key}
		for _, other := range entries {
			if other.Key == prefix+"clientsecret" && other.Value != "" {
				candidate.secret = secret.New(other.Value)
			}
		}
		found = append(found, candidate)
	}
	return found, nil
}

// configured lists the settings whose key matches and that are for a URL on the
// host, or for all hosts. What a repository says is left out.
func (s *setUp) configured(ctx context.Context, pattern string) ([]gitconfig.Entry, error) {
	entries, err := gitconfig.Entries(ctx, "", nil, pattern)
	return slices.DeleteFunc(entries, func(entry gitconfig.Entry) bool {
		return entry.IsOfRepository() || !s.concerns(entry.Key)
	}), err
}

func (s *setUp) concerns(key string) bool {
	rest := strings.TrimPrefix(key, "credential.")
	end := strings.LastIndex(rest, ".")
	if end < 0 {
		return true // for all hosts
	}
	address, err := url.Parse(rest[:end])
	return err == nil && strings.EqualFold(address.Scheme+"://"+address.Host, s.target.origin)
}
