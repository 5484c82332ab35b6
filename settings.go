package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// settings are what git's configuration and the environment say for a request.
type settings struct {
	oauth   oauthflow.Settings
	place   cache.KeyPlace // credential.oauthStore
	timeout time.Duration  // credential.oauthTimeout: how long a sign-in may take
	flow    flow           // credential.oauthFlow
	mayAsk  bool           // credential.interactive, DOORKEY_INTERACTIVE

	mayPrompt bool // GIT_TERMINAL_PROMPT: in the terminal, without a flow by name
}

const defaultTimeout = 5 * time.Minute

// readSettings reads the section "credential" for the URL of a request.
func (d *doorkey) readSettings(ctx context.Context, request credential.Request) (settings, error) {
	address := request.URL()
	if address.Host == "" {
		address.Host = "localhost" // of a certificate: git looks nothing up without a host
	}
	values, err := d.config.ForURL(ctx, "credential", address)
	if err != nil {
		return settings{}, fmt.Errorf("git's configuration: %v", err)
	}
	s := settings{
		oauth: oauthflow.Settings{
			Kind:     values["oauthprovider"],
			ClientID: values["oauthclientid"], Scopes: splitScopes(values["oauthscopes"]),
			AuthURL: values["oauthauthurl"], TokenURL: values["oauthtokenurl"], DeviceAuthURL: values["oauthdeviceauthurl"],
			RevokeURL: values["oauthrevokeurl"], RedirectURL: values["oauthredirecturl"],
		},
		place: cache.Automatic, timeout: defaultTimeout,
		mayAsk:    isOn(values["interactive"]) && isOn(d.where.variable("DOORKEY_INTERACTIVE")),
		mayPrompt: isOn(d.where.variable("GIT_TERMINAL_PROMPT")),
	}
	if value := values["oauthclientsecret"]; value != "" {
		s.oauth.ClientSecret = secret.New(value)
	}
	if s.oauth.ClientID == "" {
		if s.oauth.ClientID, err = clientIDOf(builtInClientIDs, request.Origin()); err != nil {
			return settings{}, err
		}
	}
	if s.place, err = parsePlace(values["oauthstore"]); err != nil {
		return settings{}, err
	}
	if s.flow, err = parseFlow("credential.oauthFlow", values["oauthflow"]); err != nil {
		return settings{}, err
	}
	s.timeout, err = parseTimeout(values["oauthtimeout"])
	return s, err
}

// splitScopes reads scopes with spaces or commas between.
func splitScopes(value string) []string { return strings.Fields(strings.ReplaceAll(value, ",", " ")) }

// isOn reads a switch that is on unless somebody turned it off; "never" is what
// Git Credential Manager's users have in credential.interactive.
func isOn(value string) bool {
	switch strings.ToLower(value) {
	case "false", "no", "off", "0", "never":
		return false
	}
	return true
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
	return timeout, nil
}

// keyringPatience is how long the keyring is waited for: a minute where a
// desktop may be showing its password dialog.
func keyringPatience(where surroundings) time.Duration {
	if where.hasDesktop() {
		return time.Minute
	}
	return 3 * time.Second
}
