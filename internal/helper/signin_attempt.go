package helper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// signInAttempt is one sign-in: what the user is asked, how, and until when.
type signInAttempt struct {
	*Helper
	question Question
	settings settings.Settings
	provider oauthflow.Provider
	flows    []settings.Flow // in the order to try them
	named    bool            // the user chose the flow
	client   oauthflow.Client
	deadline time.Time
	asked    bool           // the user was asked to do something
	tell     oauthflow.Tell // tells the browser that returned the grant about the result, if one did

	shared *sharedSignIn // nil: the grant is for this machine only

	announce func(address, userCode string) // to processes that wait for this sign-in
}

// newSignInAttempt finds out whether and how the user can be asked.
func (h *Helper) newSignInAttempt(q Question, provider oauthflow.Provider, configured settings.Settings, refused cache.Refusal) (*signInAttempt, error) {
	flows, err := h.flowsFor(q, provider, configured, refused)
	if err != nil {
		return nil, err
	}
	named, _, err := h.NamedFlow(configured)
	return &signInAttempt{
		Helper: h, question: q, settings: configured, provider: provider, flows: flows,
		named: named != settings.Unnamed && named != settings.Automatic,
	}, err
}

// askPerson runs the sign-in. If it fails before the user was asked, the error says so.
func (a *signInAttempt) askPerson(ctx context.Context, deadline time.Time) (Entry, error) {
	ctx, cancel := context.WithDeadlineCause(ctx, deadline, errTimeout)
	defer cancel()
	a.deadline = deadline
	signedIn, err := a.byFirstFlow(ctx)
	switch {
	case err == nil, a.asked, terminal.IsCanceled(err):
		return signedIn, err
	case isTimeout(err): // which is not the user's fault
		err = fmt.Errorf("%w within %v", errNoAnswer, a.settings.Timeout)
	}
	return Entry{}, fmt.Errorf("%w\nnobody was asked to sign in", err)
}

// byFirstFlow signs in with the first flow that the server supports.
func (a *signInAttempt) byFirstFlow(ctx context.Context) (Entry, error) {
	err := a.examineServer(ctx)
	if err != nil {
		return Entry{}, err
	}
	for _, flow := range a.flows {
		var grant oauthflow.Grant
		begun := time.Now()
		grant, err = a.runFlow(ctx, flow)
		a.Log().Info("sign in", "flow", flow, "access_token", grant.AccessToken, "refresh_token", grant.RefreshToken,
			"scopes", grant.Scopes, "expiry", grant.Expiry, trace.Outcome(err), trace.Took(begun))
		if err == nil {
			account := accountFor(a.question, a.provider)
			account.Identity = a.client.Identity(context.WithoutCancel(ctx), a.provider, grant)
			return granted(account, grant, a.now()), nil
		}
		switch {
		case errors.Is(err, errBrowserFailed): // which the user already knows
		case errors.Is(err, oauthflow.ErrNoDeviceFlow):
			a.UI.NoDeviceFlow(err)
		default:
			return Entry{}, err
		}
	}
	return Entry{}, err
}

// examineServer finds out all that it can about the server before the user is sent there.
func (a *signInAttempt) examineServer(ctx context.Context) error {
	if err := a.confirm(ctx); err != nil {
		return err
	}
	return a.tryServer(ctx)
}

// confirm asks the server what it is, if that was only guessed, and whether it has a
// device flow, if the kind does not say. The flows depend on both.
func (a *signInAttempt) confirm(ctx context.Context) (err error) {
	if a.client, err = a.Client(ctx, a.question.Origin, a.provider.TokenURL); err != nil {
		return err
	}
	before := a.provider
	a.provider, err = a.client.Confirm(ctx, a.provider, a.question.Path)
	a.Log().Info("confirm", "kind", a.provider.Kind, "token_endpoint", secret.HideIn(a.provider.TokenURL), "issuer", a.provider.Issuer, trace.Outcome(err))
	if err == nil && (a.provider.Kind != before.Kind || a.provider.DeviceAuthURL != before.DeviceAuthURL) {
		a.flows, err = a.flowsFor(a.question, a.provider, a.settings, cache.Refusal{})
	}
	return err
}

// tryServer makes sure that a code that a browser returns can be exchanged. The device
// flow contacts the server before it asks the user.
func (a *signInAttempt) tryServer(ctx context.Context) error {
	if a.flows[0] == settings.Device {
		return nil
	}
	begun := time.Now()
	elsewhere, err := a.client.TryServer(ctx, a.provider)
	if elsewhere != "" {
		a.UI.RedirectedElsewhere(a.question.Origin, elsewhere)
	}
	a.Log().Info("try server", "token_endpoint", secret.HideIn(a.provider.TokenURL), "has_answered", a.provider.Answers, trace.Outcome(err), trace.Took(begun))
	return err
}

// runFlow signs in with one flow.
func (a *signInAttempt) runFlow(ctx context.Context, f settings.Flow) (grant oauthflow.Grant, err error) {
	switch f {
	case settings.Browser:
		ctx, stopCounting := a.UI.Countdown(ctx, a.question.Origin, a.deadline)
		defer stopCounting()
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		grant, a.tell, err = a.client.SignInByBrowser(ctx, a.provider, func(address string) { a.openBrowser(address, stop) })
		return grant, err
	case settings.Device:
		ctx, stop := a.UI.Countdown(ctx, a.question.Origin, a.deadline)
		defer stop()
		return a.client.SignInByDevice(ctx, a.provider, func(code oauthflow.DeviceCode) { a.showCode(ctx, code) })
	case settings.Paste:
		grant, a.tell, err = a.client.SignInByPaste(ctx, a.provider, oauthflow.Paste{Show: a.askPaste, Read: a.readPasted, Wrong: a.UI.WrongPaste})
		return grant, err
	}
	return oauthflow.Grant{}, fmt.Errorf("there is no flow %q", f)
}

// tellBrowser shows the result in the user's browser.
func (a *signInAttempt) tellBrowser(ctx context.Context, outcome error) {
	if a.tell != nil {
		a.tell(ctx, outcome)
	}
}

func (a *signInAttempt) showCode(ctx context.Context, code oauthflow.DeviceCode) {
	a.asked = true
	a.announce(code.VerificationURL, code.UserCode)
	a.UI.ShowDeviceCode(a.question.Origin, code, a.deadline)
	if !a.settings.ByLogin {
		return
	}
	if a.settings.CopyCode {
		a.UI.CopyCode(code.UserCode)
	}
	if command := a.Config.Environment.BrowserCommand(); len(command) > 0 && a.UI.OfferBrowser() {
		go a.openPage(ctx, command, code.VerificationURL)
	}
}

// openPage opens the page for the code when the user presses Enter. It ends with ctx.
func (a *signInAttempt) openPage(ctx context.Context, command []string, address string) {
	if _, err := a.UI.Screen().ReadLine(ctx); err == nil {
		environment.StartBrowser(command, address, a.UI.BrowserFailed)
	}
}

// errBrowserFailed is returned by the browser flow if the browser does not start.
var errBrowserFailed = errors.New("the browser did not start")

// browserStarts is how long a command may take to report that it opens no browser. One
// that fails later was a browser, which the user closed.
const browserStarts = 10 * time.Second

// openBrowser asks the user to sign in with the browser, and opens it. If that fails,
// stop ends this flow if there is another one, or if the user cannot see the address.
func (a *signInAttempt) openBrowser(address string, stop context.CancelCauseFunc) {
	a.asked = true
	a.announce(address, "")
	a.UI.ShowAddress(a.question.Origin, address, a.deadline)
	begun := a.now()
	environment.StartBrowser(a.Config.Environment.BrowserCommand(), address, func(err error) {
		quickly := a.now().Sub(begun) < browserStarts
		switch {
		case quickly && len(a.flows) > 1:
			a.UI.BrowserGivenUp(err)
			stop(errBrowserFailed)
		case quickly && !a.named && !a.UI.Events && !a.UI.Screen().Terminal:
			stop(fmt.Errorf("%w: %v\nto sign in, open a terminal and run: git credential-doorkey login %s",
				errBrowserFailed, err, loginArguments(a.question.Origin, a.question.Label)))
		default:
			a.UI.BrowserFailed(err)
		}
	})
}

func (a *signInAttempt) askPaste(address, port string) {
	a.asked = true
	a.announce(address, "") // a browser on this machine returns the answer by itself
	a.UI.AskForPaste(a.question.Origin, address, port, a.deadline)
}

func (a *signInAttempt) readPasted(ctx context.Context) (string, error) {
	a.UI.PastePrompt()
	return a.UI.Screen().ReadLine(ctx)
}
