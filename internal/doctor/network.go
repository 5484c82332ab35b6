package doctor

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// checkServer finds out whether the server can be reached as git would reach it.
func checkServer(ctx context.Context, e *checkContext) finding {
	answer, err := e.answer()
	if err != nil {
		return judgeNetwork(ui.VerdictProblem, e.target.Origin, err)
	}
	f := judgeAnswer(e.target.Origin, answer)
	if by := e.verificationOff(ctx); len(by) > 0 {
		network, err := e.Config.HTTP(ctx, e.target.Origin, e.target.Origin)
		if err != nil {
			return newFinding(ui.VerdictProblem, "%v", err)
		}
		f = f.with(ui.VerdictWarning, "git does not verify its certificate (%s): anyone on the network path can read the tokens\nget the authority's certificate, then %s",
			strings.Join(by, ", "), network.ToTrust(e.target.Origin))
	}
	return f
}

// verificationOff names the settings with which git accepts any certificate.
func (e *checkContext) verificationOff(ctx context.Context) (names []string) {
	if e.Config.Environment.IsSet("GIT_SSL_NO_VERIFY") {
		names = append(names, "GIT_SSL_NO_VERIFY")
	}
	values, err := e.Config.Git.ForURLHere(ctx, "http", e.question().URL())
	if value, set := values["sslverify"]; err == nil && set && gitconfig.IsFalse(value) {
		names = append(names, "http.sslVerify")
	}
	return names
}

func judgeAnswer(origin string, answer serverAnswer) finding {
	f := newFinding(ui.VerdictOK, "%s answers%s (HTTP status %d)", origin, meaningOf(answer.status), answer.status)
	switch {
	case answer.status >= 500:
		return f.with(ui.VerdictWarning, "the server has an error; try again later")
	case answer.status == http.StatusForbidden:
		return f.with(ui.VerdictWarning, "the server rejects this machine's address: GitLab blocks addresses for a while after many failed attempts, and a firewall may do the same")
	case answer.status >= 300 && answer.status < 400 && isElsewhere(origin, answer.location):
		return f.with(ui.VerdictWarning, "it redirects git to %s, which requires a separate sign-in; use that address in the remote", secret.HideIn(answer.location))
	}
	return f
}

// meaningOf says what an answer to a request without credentials means for git.
func meaningOf(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return ", and asks git to sign in"
	case status == http.StatusNotFound:
		return ", and shows nothing at this URL without a sign-in"
	case status >= 200 && status < 300:
		return ", and does not require a sign-in at this URL"
	}
	return ""
}

// isElsewhere reports whether a redirect leads to another origin.
func isElsewhere(origin, location string) bool {
	base, err := url.Parse(origin)
	if err != nil {
		return false
	}
	to, err := base.Parse(location)
	return err == nil && settings.OriginOf(to.String()) != origin
}

// judgeNetwork explains why a server cannot be reached.
func judgeNetwork(v ui.Verdict, address string, err error) finding {
	address = secret.HideIn(address)
	var explained *oauthflow.ConnectionError
	switch {
	case errors.As(err, &explained):
		return newFinding(v, "%v", explained)
	case errors.Is(err, context.DeadlineExceeded):
		return newFinding(v, "no answer from %s within %v\ncheck the network, and whether a proxy is needed (http.proxy)", address, examinationTime)
	}
	return newFinding(v, "cannot talk to %s: %v", address, err)
}

// checkClock compares the clocks.
func checkClock(_ context.Context, e *checkContext) finding {
	answer, err := e.answer()
	if err != nil || answer.date.IsZero() {
		return finding{}
	}
	return judgeClock(answer.at.Sub(answer.date))
}

// toleratedSkew is much more than the time of the request and a Date in whole seconds
// explain. doorkey itself refreshes a minute early.
const toleratedSkew = 30 * time.Second

func judgeClock(ahead time.Duration) finding {
	distance, direction := ahead.Abs().Round(time.Second), "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	if distance <= toleratedSkew {
		return newFinding(ui.VerdictOK, "matches the server")
	}
	return newFinding(ui.VerdictWarning, "this machine is %v %s the server\nset the clock; otherwise valid certificates may be rejected (in WSL, run \"sudo hwclock -s\" after a sleep)", distance, direction)
}

// checkClient finds out whether the server knows the application.
func checkClient(ctx context.Context, e *checkContext) finding {
	provider, client, there := e.reach(ctx, func(p oauthflow.Provider) string { return p.TokenURL })
	switch {
	case !there:
		return finding{}
	case provider.NeedsSecret:
		return newFinding(ui.VerdictNote, "cannot check it without the application's secret; sign-in with the browser needs that secret, sign-in by device code does not")
	}
	switch err := client.TryClient(ctx, provider); {
	case err == nil:
		return newFinding(ui.VerdictOK, "the server knows the application")
	case errors.Is(err, oauthflow.ErrNoTokenEndpoint):
		return newFinding(ui.VerdictProblem, "%s: %v\nset oauthTokenURL to the right URL; for a GitLab below a path, set oauthAuthURL to /<path>/oauth/authorize", secret.HideIn(provider.TokenURL), err)
	case errors.As(err, new(*oauthflow.Error)):
		configured, _ := e.settings() // the provider was made from them
		return newFinding(ui.VerdictProblem, "%v", helper.AdviseClient(e.target.Origin, configured.IDFrom, err))
	default:
		return judgeNetwork(ui.VerdictProblem, provider.TokenURL, err)
	}
}

// checkDevice finds out whether the server has the device flow, if that is unknown: on
// GitLab it depends on the version.
func checkDevice(ctx context.Context, e *checkContext) finding {
	provider, client, there := e.reach(ctx, func(p oauthflow.Provider) string { return p.DeviceAuthURL })
	switch {
	case !there:
		return finding{}
	case provider.Kind != "gitlab":
		return newFinding(ui.VerdictOK, "its URL is %s", secret.HideIn(provider.DeviceAuthURL))
	}
	offered, err := client.TryDevice(ctx, provider)
	switch {
	case err != nil:
		return judgeNetwork(ui.VerdictWarning, provider.DeviceAuthURL, err)
	case offered:
		return newFinding(ui.VerdictOK, "the server supports sign-in by device code")
	}
	if configured, err := e.settings(); err == nil {
		if named, by, err := e.NamedFlow(configured); err == nil && named == settings.Device {
			return newFinding(ui.VerdictProblem, "%s is \"device\", but the server does not support sign-in by device code\nset it to auto or paste, or update the server (GitLab supports it since 17.3)", by)
		}
	}
	return newFinding(ui.VerdictNote, "the server does not support sign-in by device code (GitLab does since 17.3); without a browser, you sign in by pasting an address")
}

// reach returns what a check of an endpoint needs. Not there means that there is no such
// endpoint, or that the server cannot be reached, which another check reports.
func (e *checkContext) reach(ctx context.Context, endpoint func(oauthflow.Provider) string) (oauthflow.Provider, oauthflow.Client, bool) {
	provider, err := e.provider()
	if err != nil || endpoint(provider) == "" {
		return provider, oauthflow.Client{}, false
	}
	if _, err := e.answer(); err != nil && strings.HasPrefix(endpoint(provider), e.target.Origin+"/") {
		return provider, oauthflow.Client{}, false
	}
	client, err := e.Client(ctx, e.target.Origin, endpoint(provider))
	return provider, client, err == nil
}
