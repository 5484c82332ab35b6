package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// asking is one sign-in: who is asked for what, how, until when.
type asking struct {
	*doorkey
	question question
	settings settings
	provider oauthflow.Provider
	flows    []flow // in the order in which they are tried
	client   oauthflow.Client
	deadline time.Time
	asked    bool           // the person was asked to do something
	tell     oauthflow.Tell // how the browser that brought the grant is told, if one did
}

// newAsking finds out how the person can be asked, if at all.
func (d *doorkey) newAsking(q question, provider oauthflow.Provider, settings settings, refused time.Time) (*asking, error) {
	flows, err := d.flowsFor(q.origin, provider, settings, refused)
	return &asking{doorkey: d, question: q, settings: settings, provider: provider, flows: flows}, err
}

// askPerson runs the sign-in itself. What fails before anybody was asked says so.
func (a *asking) askPerson(ctx context.Context, deadline time.Time) (entry, error) {
	ctx, cancel := context.WithDeadlineCause(ctx, deadline, errTimeout)
	defer cancel()
	a.deadline = deadline
	signedIn, err := a.byFirstFlow(ctx)
	switch {
	case err == nil, a.asked, isInterrupt(err):
		return signedIn, err
	case isTimeout(err): // which is not the person's fault
		err = fmt.Errorf("%w within %v", errNoAnswer, a.settings.timeout)
	}
	return entry{}, fmt.Errorf("%w\nnobody was asked to sign in", err)
}

// byFirstFlow signs in by the first flow that the server has.
func (a *asking) byFirstFlow(ctx context.Context) (entry, error) {
	err := a.lookAtServer(ctx)
	if err != nil {
		return entry{}, err
	}
	for _, flow := range a.flows {
		var grant oauthflow.Grant
		begun := a.now()
		grant, err = a.by(ctx, flow)
		a.trace.Info("sign in", "flow", flow, "access_token", grant.AccessToken, "refresh_token", grant.RefreshToken,
			"scopes", grant.Scopes, "expiry", grant.Expiry, outcome(err), a.took(begun))
		if err == nil {
			return granted(accountFor(a.question, a.provider), grant, a.now()), nil
		}
		if !errors.Is(err, oauthflow.ErrNoDeviceFlow) {
			break
		}
		a.person.noDeviceFlow(err)
	}
	return entry{}, err
}

// lookAtServer finds out all that can be known of the server before a person is
// sent there.
func (a *asking) lookAtServer(ctx context.Context) error {
	if err := a.confirm(ctx); err != nil {
		return err
	}
	return a.tryServer(ctx)
}

// confirm asks the server what it is, where that was only guessed. Another kind
// of server may have other flows.
func (a *asking) confirm(ctx context.Context) (err error) {
	if a.client, err = a.doorkey.client(ctx, a.provider.TokenURL); err != nil {
		return err
	}
	guessed := a.provider.Kind
	a.provider, err = a.client.Confirm(ctx, a.provider, a.question.Path)
	a.trace.Info("confirm", "kind", a.provider.Kind, "token_endpoint", secret.HideIn(a.provider.TokenURL), "issuer", a.provider.Issuer, outcome(err))
	if err == nil && a.provider.Kind != guessed {
		a.flows, err = a.flowsFor(a.question.origin, a.provider, a.settings, time.Time{})
	}
	return err
}

// tryServer makes sure that a code which a browser brings back can be exchanged.
// The device flow talks to the server before it asks anybody.
func (a *asking) tryServer(ctx context.Context) error {
	if a.flows[0] == deviceFlow {
		return nil
	}
	begun := a.now()
	err := a.client.TryServer(ctx, a.provider)
	a.trace.Info("try server", "token_endpoint", secret.HideIn(a.provider.TokenURL), "has_answered", a.provider.Answers, outcome(err), a.took(begun))
	return err
}

// by signs in by one flow.
func (a *asking) by(ctx context.Context, f flow) (grant oauthflow.Grant, err error) {
	switch f {
	case browserFlow:
		defer a.person.countdown(ctx, a.question.origin, a.deadline)()
		grant, a.tell, err = a.client.SignInByBrowser(ctx, a.provider, a.openBrowser)
		return grant, err
	case deviceFlow:
		defer a.person.countdown(ctx, a.question.origin, a.deadline)()
		return a.client.SignInByDevice(ctx, a.provider, a.showCode)
	case pasteFlow:
		grant, a.tell, err = a.client.SignInByPaste(ctx, a.provider, oauthflow.Paste{Show: a.askPaste, Read: a.readPasted, Wrong: a.person.pastedWrong})
		return grant, err
	}
	return oauthflow.Grant{}, fmt.Errorf("there is no flow %q", f)
}

// tellBrowser shows the person in the browser what became of the grant.
func (a *asking) tellBrowser(ctx context.Context, outcome error) {
	if a.tell != nil {
		a.tell(ctx, outcome)
	}
}

func (a *asking) showCode(code oauthflow.DeviceCode) {
	a.asked = true
	a.person.showCode(a.question.origin, code, a.deadline)
}

func (a *asking) openBrowser(address string) {
	a.asked = true
	a.person.openBrowser(a.question.origin, address, a.deadline)
	startBrowser(a.where.browserCommand(), address, a.person.browserFailed)
}

func (a *asking) askPaste(address, port string) {
	a.asked = true
	a.person.askPaste(a.question.origin, address, port, a.deadline)
}

func (a *asking) readPasted(ctx context.Context) (string, error) {
	a.person.pastePrompt()
	return a.person.prompts().readLine(ctx)
}
