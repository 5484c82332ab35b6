package setup

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

// plan completes the settings with the minimum that identifies the host, and returns the
// resulting provider.
func (w *wizard) plan() (oauthflow.Provider, error) {
	origin := w.target.Origin
	if w.page.kind == "" && w.host.Root == "" {
		// For an unlisted kind, each sign-in asks for the metadata.
		return oauthflow.Resolve(origin, nil, w.after)
	}
	inPlace := func(endpoint string) string { return strings.TrimPrefix(endpoint, origin) }
	var provider oauthflow.Provider
	var err error
	if w.host.DeviceAuthURL != "" && w.after.DeviceAuthURL == "" {
		w.after.DeviceAuthURL = inPlace(w.host.DeviceAuthURL)
	}
	for _, add := range []func(*oauthflow.Settings){
		func(*oauthflow.Settings) {},
		func(o *oauthflow.Settings) { o.Kind = w.host.Kind },
		func(o *oauthflow.Settings) { o.AuthURL = inPlace(w.host.AuthURL) },
		func(o *oauthflow.Settings) { o.Kind, o.AuthURL = w.host.Kind, inPlace(w.host.AuthURL) },
		func(o *oauthflow.Settings) {
			o.Kind, o.AuthURL, o.TokenURL = "", inPlace(w.host.AuthURL), inPlace(w.host.TokenURL)
		},
	} {
		configured := w.after
		add(&configured)
		if provider, err = oauthflow.Resolve(origin, nil, configured); err == nil && w.isSaid(configured) && w.isHost(provider) {
			w.after = configured
			return provider, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("git's configuration has different endpoints than the server\nremove credential.%s.oauthAuthURL and the other URLs, then run this command again", origin)
	}
	return provider, fmt.Errorf("%s: %v", origin, err)
}

// isHost reports whether a provider matches what was found at the host.
func (w *wizard) isHost(provider oauthflow.Provider) bool {
	return provider.Kind == w.host.Kind && provider.AuthURL == w.host.AuthURL && provider.TokenURL == w.host.TokenURL
}

// isSaid reports whether the settings or the host name identify the server. Otherwise
// each sign-in would have to ask it.
func (w *wizard) isSaid(configured oauthflow.Settings) bool {
	if configured.AuthURL != "" {
		return true
	}
	configured.ClientID = ""
	_, err := oauthflow.Resolve(w.target.Origin, nil, configured)
	return errors.Is(err, oauthflow.ErrNoClientID)
}

// clientIDBefore is "" if an ID was given: it is written even if it is the same, because
// it may come from a file of another scope.
func (w *wizard) clientIDBefore() string {
	if w.fleetGiven {
		return w.before.ClientID
	}
	return ""
}

// changes returns what to write. An empty value overrides one in another file.
func (w *wizard) changes() []gitconfig.Setting {
	var changes []gitconfig.Setting
	key := func(name string) string { return "credential." + w.target.Origin + "." + name }
	for _, row := range []struct{ name, before, after string }{
		{"oauthClientId", w.clientIDBefore(), w.after.ClientID},
		{"oauthProvider", w.before.Kind, w.after.Kind},
		{"oauthAuthURL", w.before.AuthURL, w.after.AuthURL},
		{"oauthTokenURL", w.before.TokenURL, w.after.TokenURL},
		{"oauthDeviceAuthURL", w.before.DeviceAuthURL, w.after.DeviceAuthURL},
		{"oauthScopes", strings.Join(w.before.Scopes, " "), strings.Join(w.after.Scopes, " ")},
		{"oauthFleet", w.fleetBefore.Address, w.settings.Fleet.Address},
		{"oauthFleetKey", w.fleetBefore.KeyFile, w.settings.Fleet.KeyFile},
		{"oauthFleetTokenFile", w.fleetBefore.TokenFile, w.settings.Fleet.TokenFile},
	} {
		if row.before != row.after {
			changes = append(changes, gitconfig.Setting{Key: key(row.name), Value: row.after})
		}
	}
	if !w.before.ClientSecret.Equal(w.after.ClientSecret) {
		changes = append(changes, gitconfig.Setting{Key: key("oauthClientSecret"), Secret: w.after.ClientSecret})
	}
	return changes
}

// application is one that git's configuration already has for the host, where doorkey
// does not look for it.
type application struct {
	id     string
	secret secret.Text
	key    string // where it is set
}

// candidates finds applications that users of Git Credential Manager have configured for
// the host, or users of another helper for a path of it.
func (w *wizard) candidates(ctx context.Context) ([]application, error) {
	entries, err := w.configured(ctx, `^credential\..*\.((gitlab|github|bitbucket)dev|(bitbucketdatacenter)?oauth)client(id|secret)$`)
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

// configured lists the settings whose key matches and that are for a URL on the host, or
// for all hosts. It omits those of a repository.
func (w *wizard) configured(ctx context.Context, pattern string) ([]gitconfig.Entry, error) {
	entries, err := gitconfig.Entries(ctx, "", nil, pattern)
	return slices.DeleteFunc(entries, func(entry gitconfig.Entry) bool {
		return entry.IsOfRepository() || !w.concerns(entry.Key)
	}), err
}

func (w *wizard) concerns(key string) bool {
	address, err := url.Parse(w.target.Origin)
	return err == nil && gitconfig.Concerns(key, address)
}
