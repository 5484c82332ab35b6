package main

import (
	"context"
	"fmt"
	"time"

	"git-credential-doorkey/oauthflow"
)

// asking is one sign-in: who is asked for what, until when.
type asking struct {
	*doorkey
	client   oauthflow.Client
	origin   string
	provider oauthflow.Provider
	deadline time.Time
}

// by signs in by one flow.
func (a *asking) by(ctx context.Context, f flow) (oauthflow.Grant, error) {
	switch f {
	case browserFlow:
		defer a.person.countdown(ctx, a.origin, a.deadline)()
		return a.client.SignInByBrowser(ctx, a.provider, a.openBrowser)
	case deviceFlow:
		defer a.person.countdown(ctx, a.origin, a.deadline)()
		return a.client.SignInByDevice(ctx, a.provider, func(code oauthflow.DeviceCode) {
			a.person.showCode(a.origin, code, a.deadline)
		})
	case pasteFlow:
		return a.client.SignInByPaste(ctx, a.provider, oauthflow.Paste{Show: a.askPaste, Read: a.readPasted, Wrong: a.person.pastedWrong})
	}
	return oauthflow.Grant{}, fmt.Errorf("there is no flow %q", f)
}

func (a *asking) openBrowser(address string) {
	a.person.openBrowser(a.origin, address, a.deadline)
	startBrowser(a.where.browserCommand(), address, a.person.browserFailed)
}

func (a *asking) askPaste(address, port string) {
	a.person.askPaste(a.origin, address, port, a.deadline)
}

func (a *asking) readPasted(ctx context.Context) (string, error) {
	a.person.pastePrompt()
	return a.person.prompts().readLine(ctx)
}
