// Package settings reads the configuration of a host in git (credential.*), and of how
// to reach it (http.*, and the environment).
package settings

import (
	"context"
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

// Settings are the values of git's configuration and the environment for a request.
type Settings struct {
	OAuth     oauthflow.Settings
	IDFrom    string         // where OAuth.ClientID is set, for users; "" if it is not
	Store     cache.KeyPlace // credential.oauthStore
	Timeout   time.Duration  // credential.oauthTimeout: how long a sign-in may take
	TimeFrom  source.Setting // where Timeout comes from
	Flow      Flow           // credential.oauthFlow
	Fleet     Fleet          // credential.oauthFleet and its related settings
	FlowFrom  source.Setting // where Flow comes from
	MayAsk    bool           // credential.interactive, DOORKEY_INTERACTIVE
	AskingOff []string       // the names of the settings that turn asking off, each of which is enough
	MayPrompt bool           // GIT_TERMINAL_PROMPT: in the terminal, unless a flow is chosen
	CopyCode  bool           // credential.oauthCopyCode: "login" copies a device code to the clipboard
	ByLogin   bool           // the user started the sign-in by "login"; no setting
}

// Reader reads settings. It ignores the repository's own configuration.
type Reader struct {
	Git         *gitconfig.Config
	Environment environment.Environment

	// BuiltInClientIDs are a distributor's own client IDs, pairs of an origin and its
	// ID: "https://gitlab.com=ID,https://github.com=ID".
	BuiltInClientIDs string
}

const (
	defaultTimeout = 5 * time.Minute
	longestTimeout = 24 * time.Hour // an upper limit for any setting
)

// For reads the section "credential" for the URL of a request. An error names the
// invalid setting.
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
	copyCode, isSet := values["oauthcopycode"]
	s.CopyCode = !isSet || !gitconfig.IsFalse(copyCode)
	if value := values["oauthclientsecret"]; value != "" {
		s.OAuth.ClientSecret = secret.New(value)
	}
	if s.OAuth.ClientID != "" {
		s.IDFrom = placeOf(sourceOf("credential", "oauthClientId", entries["oauthclientid"]), entries["oauthclientid"])
	} else {
		s.IDFrom = "the build of this program"
		if s.OAuth.ClientID, err = clientIDOf(r.BuiltInClientIDs, request.Origin()); err != nil {
			return Settings{}, err
		}
	}
	storeFrom := sourceOf("credential", "oauthStore", entries["oauthstore"])
	if s.Store, err = parsePlace(storeFrom.Key, values["oauthstore"]); err != nil {
		return Settings{}, err
	}
	s.FlowFrom = sourceOf("credential", "oauthFlow", entries["oauthflow"])
	if s.Flow, err = ParseFlow(s.FlowFrom.Key, values["oauthflow"]); err != nil {
		return Settings{}, err
	}
	s.TimeFrom = sourceOf("credential", "oauthTimeout", entries["oauthtimeout"])
	s.Timeout, err = parseTimeout(s.TimeFrom.Key, values["oauthtimeout"])
	return s, err
}

// placeOf names a key and the file that sets it.
func placeOf(from source.Setting, entry gitconfig.Entry) string {
	if file, is := strings.CutPrefix(entry.Origin, "file:"); is {
		return fmt.Sprintf("%s in \"%s\"", from.Key, file)
	}
	return from.Key + ", by \"git -c\", GIT_CONFIG_COUNT or GIT_CONFIG_PARAMETERS"
}

// SplitScopes reads scopes separated by spaces or commas.
func SplitScopes(value string) []string { return strings.Fields(strings.ReplaceAll(value, ",", " ")) }

// askingOff names the settings that turn asking off. Users of Git Credential Manager
// have "never" in credential.interactive.
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

// parsePlace reads where data keys are stored. An error names the key of the setting.
func parsePlace(key, value string) (cache.KeyPlace, error) {
	switch place := cache.KeyPlace(value); place {
	case "":
		return cache.Automatic, nil
	case cache.Automatic, cache.InKeyring, cache.InFile:
		return place, nil
	case "none": // in earlier versions, another helper stored the grant
		return "", fmt.Errorf("%s is \"none\", which doorkey no longer supports: two git commands at the same time would lose the sign-in\n"+
			"set it to auto, keyring or file; doorkey then stores the tokens encrypted", key)
	}
	return "", fmt.Errorf("%s is %q: it must be auto, keyring or file", key, value)
}

// parseTimeout reads seconds, or a number with a unit. An error names the key of the
// setting.
func parseTimeout(key, value string) (time.Duration, error) {
	if value == "" {
		return defaultTimeout, nil
	}
	if seconds, err := strconv.Atoi(value); err == nil {
		value = strconv.Itoa(seconds) + "s"
	}
	timeout, err := time.ParseDuration(value)
	if err != nil || timeout <= 0 {
		return 0, fmt.Errorf("%s is %q: it must be a number of seconds, or a time such as 5m", key, value)
	}
	return min(timeout, longestTimeout), nil
}

// KeyringPatience is how long to wait for the keyring: a minute if a desktop may be
// showing its password dialog.
func KeyringPatience(env environment.Environment) time.Duration {
	if env.MayHaveDesktop() {
		return time.Minute
	}
	return 3 * time.Second
}

// ClientSecretVariable passes the secret of a confidential application to setup: every
// user of the machine could read it on a command line.
const ClientSecretVariable = "DOORKEY_CLIENT_SECRET"
