package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// checkSettings lists what is set, and finds settings without effect.
func checkSettings(_ context.Context, e *checkContext) finding {
	if _, err := e.settings(); err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	entries, err := e.entries()
	if err != nil {
		return newFinding(ui.VerdictProblem, "git's configuration: %v", err)
	}
	var set []string
	for _, name := range []string{"oauthProvider", "oauthScopes", "oauthFlow", "oauthStore", "oauthTimeout", "interactive"} {
		if value, place := e.setting(strings.ToLower(name)); value != "" {
			set = append(set, fmt.Sprintf("%s=%s (%s)", name, value, place))
		}
	}
	f := newFinding(ui.VerdictOK, "%s", strings.Join(set, ", "))
	if len(set) == 0 {
		f.Message = "the defaults"
	}
	for _, entry := range entries {
		if reason := e.ignored(entry); reason != "" {
			f = f.with(ui.VerdictWarning, "doorkey ignores %s in %s: %s", secret.HideIn(entry.Key), placeOf(entry), reason)
		}
	}
	return f
}

// ignored says why a setting for this URL has no effect; "" if it has, or if it is not
// doorkey's.
func (e *checkContext) ignored(entry gitconfig.Entry) string {
	switch {
	case !isFor(entry, e.address):
	case entry.IsOfRepository() && decidesWhereTokensGo(entry):
		return "a repository must not decide where tokens go; to use it, set it with --global"
	case isOurs(entry) && !entry.IsOfRepository() && !gitconfig.Covers(entry.Key, e.question().URL()):
		return "it is for a path, but git does not pass the path; set it for the host without the path"
	}
	return ""
}

// isFor reports whether a setting applies to an address; an invalid address has no
// settings.
func isFor(entry gitconfig.Entry, address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && gitconfig.Covers(entry.Key, parsed)
}

// isOurs reports whether only helpers like doorkey read a setting.
func isOurs(entry gitconfig.Entry) bool {
	return strings.HasPrefix(entry.Key, "credential.") && strings.HasPrefix(nameOf(entry), "oauth")
}

// decidesWhereTokensGo reports whether doorkey accepts a setting only from the user's
// own configuration.
func decidesWhereTokensGo(entry gitconfig.Entry) bool {
	ofNetwork := []string{"proxy", "sslcainfo", "sslcapath", "sslverify", "sslcert", "sslkey"}
	return isOurs(entry) || strings.HasPrefix(entry.Key, "http.") && slices.Contains(ofNetwork, nameOf(entry))
}

// nameOf returns the last part of an entry's key: the variable, in lower case.
func nameOf(entry gitconfig.Entry) string { return entry.Key[strings.LastIndex(entry.Key, ".")+1:] }

// checkApplication examines the application ID and where it is set.
func checkApplication(ctx context.Context, e *checkContext) finding {
	provider, err := e.provider()
	title := provider.Title
	if errors.Is(err, oauthflow.ErrUnknownHost) {
		provider = e.discover(ctx)
		title = provider.Title
	}
	switch _, unreachable := e.answer(); {
	case errors.Is(err, oauthflow.ErrUnknownHost) && unreachable != nil:
		return finding{} // checkServer reports a server that cannot be reached
	case helper.IsUnknown(err) && e.isInFleet():
		return newFinding(ui.VerdictOK, "the fleet's application, which another machine signs in with")
	case helper.IsUnknown(err) && title != "":
		return newFinding(ui.VerdictProblem, "%s is a %s, but no OAuth application is configured for it\nrun: git credential-doorkey setup %s", e.target.Origin, title, helper.SetupArguments(e.target.Origin, provider.Kind))
	case helper.IsUnknown(err):
		return newFinding(ui.VerdictWarning, "could not find out how to sign in to %s, so doorkey only stores passwords for it\nif you know the kind of server, run: git credential-doorkey setup %s --provider <name>", e.target.Origin, e.target.Origin)
	case err != nil:
		return finding{} // checkEndpoints, checkSettings
	}
	_, place := e.setting("oauthclientid")
	if place == "" {
		place = "this program when it was built"
	}
	f := newFinding(ui.VerdictOK, "%s, set in %s", provider.ClientID, place)
	if _, place := e.setting("oauthclientsecret"); place != "" {
		f.Message += ", with a secret, set in " + place
	}
	return f
}

// discover asks the server what it is: git passes on only the answer for a repository,
// and only since 2.41.
func (e *checkContext) discover(ctx context.Context) oauthflow.Provider {
	if _, err := e.answer(); err != nil {
		return oauthflow.Provider{}
	}
	client, err := e.Client(ctx, e.target.Origin, e.target.Origin)
	if err != nil {
		return oauthflow.Provider{}
	}
	// A server that does not identify itself is unknown, whatever the reason.
	found, _ := client.Discover(ctx, e.target.Origin, e.target.Path)
	return oauthflow.Provider{Kind: found.Kind, Title: found.Title}
}

// checkEndpoints examines where tokens come from, and which settings decide that.
func checkEndpoints(_ context.Context, e *checkContext) finding {
	provider, err := e.provider()
	if _, unreadable := e.settings(); helper.IsUnknown(err) || unreadable != nil {
		return finding{} // checkApplication, checkSettings
	}
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	f := newFinding(ui.VerdictOK, "%s: sign-in at %s, tokens from %s", provider.Title, secret.HideIn(provider.AuthURL), secret.HideIn(provider.TokenURL))
	for _, name := range []string{"oauthAuthURL", "oauthTokenURL", "oauthDeviceAuthURL", "oauthRevokeURL"} {
		if value, place := e.setting(strings.ToLower(name)); value != "" {
			f.Message += fmt.Sprintf(", %s set in %s", name, place)
		}
	}
	for _, endpoint := range []string{provider.AuthURL, provider.TokenURL} {
		if !strings.HasPrefix(endpoint, e.target.Origin+"/") {
			f = f.with(ui.VerdictNote, "%s is not on the host that git uses; check that this is intended", secret.HideIn(endpoint))
		}
	}
	return f
}

// checkRedirect examines the address that the browser is redirected to.
func checkRedirect(_ context.Context, e *checkContext) finding {
	provider, err := e.provider()
	if err != nil {
		return finding{}
	}
	return judgeRedirect(provider.RedirectURL, portIsFree)
}

// judgeRedirect says what has to be registered. A server accepts any port only for a
// loopback address, not for a name (RFC 8252 section 7.3).
func judgeRedirect(redirect string, isFree func(host string) bool) finding {
	address, err := url.Parse(redirect)
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	if port := address.Port(); port == "" || port == "0" {
		return newFinding(ui.VerdictOK, "%s, with any port; register it without a port", secret.HideIn(redirect))
	}
	f := newFinding(ui.VerdictOK, "%s; register exactly this URL", secret.HideIn(redirect))
	if !isFree(address.Host) {
		return f.with(ui.VerdictWarning, "another program listens on this port, so sign-in with the browser would fail; stop it, or use http://127.0.0.1/, which works with any free port")
	}
	return f
}

// portIsFree tries to listen at an address.
func portIsFree(host string) bool {
	listener, err := net.Listen("tcp", host)
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
