// Package settings reads what git has been told: of a host (credential.*), and of
// how to reach it (http.*, and the environment).
package settings

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/source"
	"git-credential-doorkey/oauthflow"
)

// Settings are what git's configuration and the environment say for a request.
type Settings struct {
	OAuth     oauthflow.Settings
	IDFrom    string         // where OAuth.ClientID is set, for people; "" if it is not
	Store     cache.KeyPlace // credential.oauthStore
	Timeout   time.Duration  // credential.oauthTimeout: how long a sign-in may take
	Flow      Flow           // credential.oauthFlow
	Fleet     Fleet          // credential.oauthFleet and what belongs to it
	FlowFrom  source.Setting // where Flow is from
	MayAsk    bool           // credential.interactive, DOORKEY_INTERACTIVE
	AskingOff []string       // the names of the settings that say not to ask, each of which is enough
	MayPrompt bool           // GIT_TERMINAL_PROMPT: in the terminal, without a flow by name
}

// Reader reads settings. No repository is heard.
type Reader struct {
	Git         *gitconfig.Config
	Environment environment.Environment

	// BuiltInClientIDs are a distributor's own client IDs, an origin and its ID each:
	// "https://gitlab.com=ID,https://github.com=ID".
	BuiltInClientIDs string
}

const (
	defaultTimeout = 5 * time.Minute
	longestTimeout = 24 * time.Hour // whatever is set: nobody waits longer
)

// For reads the section "credential" for the URL of a request. An error names the
// setting that cannot be read.
func (r Reader) For(ctx context.Context, request credential.Request) (Settings, error) {
	values, err := r.Git.ForURL(ctx, "credential", request.URL())
	if err != nil {
		return Settings{}, fmt.Errorf("git's configuration: %v", err)
	}
	entries, err := r.Git.EntriesForURL(ctx, "credential", request.URL())
	if err != nil {
		return Settings{}, fmt.Errorf("git's configuration: %v", err)
	}
	s := Settings{
		OAuth: oauthflow.Settings{
			Kind:     values["oauthprovider"],
			ClientID: values["oauthclientid"], Scopes: SplitScopes(values["oauthscopes"]),
			AuthURL: values["oauthauthurl"], TokenURL: values["oauthtokenurl"], DeviceAuthURL: values["oauthdeviceauthurl"],
			RevokeURL: values["oauthrevokeurl"], RedirectURL: values["oauthredirecturl"],
		},
		Store: cache.Automatic, Timeout: defaultTimeout,
		Fleet:     Fleet{values["oauthfleet"], values["oauthfleetkey"], values["oauthfleettokenfile"]},
		AskingOff: r.askingOff(values, entries),
		MayPrompt: !r.Environment.IsOff("GIT_TERMINAL_PROMPT"),
	}
	s.MayAsk = len(s.AskingOff) == 0
	if value := values["oauthclientsecret"]; value != "" {
		s.OAuth.ClientSecret = secret.New(value)
	}
	if s.OAuth.ClientID != "" {
		s.IDFrom = placeOf(sourceOf("credential", "oauthClientId", entries["oauthclientid"]), entries["oauthclientid"])
	} else {
		s.IDFrom = "this program, by who built it"
		if s.OAuth.ClientID, err = clientIDOf(r.BuiltInClientIDs, request.Origin()); err != nil {
			return Settings{}, err
		}
	}
	if s.Store, err = parsePlace(values["oauthstore"]); err != nil {
		return Settings{}, err
	}
	s.FlowFrom = sourceOf("credential", "oauthFlow", entries["oauthflow"])
	if s.Flow, err = ParseFlow(s.FlowFrom.Key, values["oauthflow"]); err != nil {
		return Settings{}, err
	}
	s.Timeout, err = parseTimeout(values["oauthtimeout"])
	return s, err
}

// placeOf names a key and the file that it stands in.
func placeOf(from source.Setting, entry gitconfig.Entry) string {
	if file, is := strings.CutPrefix(entry.Origin, "file:"); is {
		return fmt.Sprintf("%s in \"%s\"", from.Key, file)
	}
	return from.Key + ", by \"git -c\", GIT_CONFIG_COUNT or GIT_CONFIG_PARAMETERS"
}

// SplitScopes reads scopes with spaces or commas between.
func SplitScopes(value string) []string { return strings.Fields(strings.ReplaceAll(value, ",", " ")) }

// askingOff names the settings that turn asking off. "never" is what Git Credential
// Manager's users have in credential.interactive.
func (r Reader) askingOff(values gitconfig.Values, entries map[string]gitconfig.Entry) (names []string) {
	const variable = "DOORKEY_INTERACTIVE"
	isNever := func(value string) bool { return strings.EqualFold(value, "never") }
	if r.Environment.IsOff(variable) || isNever(r.Environment.Variable(variable)) {
		names = append(names, variable)
	}
	if value, configured := values["interactive"]; configured && (gitconfig.IsFalse(value) || isNever(value)) {
		names = append(names, sourceOf("credential", "interactive", entries["interactive"]).Key)
	}
	return names
}

func parsePlace(value string) (cache.KeyPlace, error) {
	switch place := cache.KeyPlace(value); place {
	case "":
		return cache.Automatic, nil
	case cache.Automatic, cache.InKeyring, cache.InFile:
		return place, nil
	case "none": // of earlier versions, which left the grant to another helper
		return "", errors.New("credential.oauthStore is \"none\", which doorkey no longer supports: two git commands at once would lose the sign-in\n" +
			"set it to auto, keyring or file; doorkey then stores the tokens itself, encrypted")
	}
	return "", fmt.Errorf("credential.oauthStore is %q: it must be auto, keyring or file", value)
}

// parseTimeout reads seconds, or a number with a unit.
func parseTimeout(value string) (time.Duration, error) {
	if value == "" {
		return defaultTimeout, nil
	}
	if seconds, err := strconv.Atoi(value); err == nil {
		value = strconv.Itoa(seconds) + "s"
	}
	timeout, err := time.ParseDuration(value)
	if err != nil || timeout <= 0 {
		return 0, fmt.Errorf("credential.oauthTimeout is %q: it must be a number of seconds, or a time such as 5m", value)
	}
	return min(timeout, longestTimeout), nil
}

// KeyringPatience is how long the keyring is waited for: a minute where a
// desktop may be showing its password dialog.
func KeyringPatience(env environment.Environment) time.Duration {
	if env.MayHaveDesktop() {
		return time.Minute
	}
	return 3 * time.Second
}

// ClientSecretVariable brings setup the secret of a confidential application: on a
// command line everybody on the machine could read it.
const ClientSecretVariable = "DOORKEY_CLIENT_SECRET"
