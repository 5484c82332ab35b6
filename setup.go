package main

import (
	"context"
	"errors"
	"fmt"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// setup leads a person from a host without an application ID to one that works:
// it finds out what the host is, has an application registered there, tries it
// with a sign-in, and only then writes git's configuration. Until then Ctrl-C
// leaves everything as it was.
func (d *doorkey) setup(ctx context.Context, given arguments) error {
	ctx, stop := untilInterrupted(ctx)
	defer stop()
	s, err := d.newSetUp(ctx, given)
	if err != nil {
		return err
	}
	if s.before.ClientID != "" && given.options["client-id"] == "" {
		return s.tellThatItIs(ctx)
	}
	if err := gitconfig.CheckWritable(ctx, s.scope); err != nil {
		return err
	}
	if err := s.lookAtHost(ctx); err != nil {
		return err
	}
	if err := s.findApplication(ctx); err != nil {
		return err
	}
	provider, err := s.check(ctx)
	if err != nil {
		return err
	}
	if !s.noSignIn {
		if err := s.try(ctx, provider); err != nil {
			return err
		}
	}
	// Ctrl-C comes too late: the person has signed in.
	return s.write(context.WithoutCancel(ctx))
}

// setUp is one run of the command.
type setUp struct {
	*doorkey
	scope       gitconfig.Scope
	target      target
	question    question           // that the sign-in answers
	settings    settings           // for the sign-in
	before      oauthflow.Settings // as configured
	after       oauthflow.Settings // as they are to be
	interactive bool               // the person can be asked, here and now
	noSignIn    bool

	host oauthflow.Found
	page page
}

// clientSecretVariable brings the secret of a confidential application: on a
// command line everybody on the machine could read it.
const clientSecretVariable = "DOORKEY_CLIENT_SECRET"

// newSetUp reads what is configured and what was given.
func (d *doorkey) newSetUp(ctx context.Context, given arguments) (*setUp, error) {
	scope, err := given.scope("setup")
	if err != nil {
		return nil, err
	}
	target, err := targetOf(ctx, given.first())
	if err != nil {
		return nil, err
	}
	q, err := target.ask(ctx, d.config, "")
	if err != nil {
		return nil, err
	}
	settings, err := d.readSettings(ctx, q.Request)
	if err != nil {
		return nil, err
	}
	settings.mayAsk, settings.mayPrompt = true, true
	s := &setUp{
		doorkey: d, scope: scope, target: target, question: q, settings: settings, before: settings.oauth, after: settings.oauth,
		noSignIn: given.on["no-sign-in"], interactive: d.canAsk(),
	}
	if id := given.options["client-id"]; id != "" {
		s.take(id, secret.Text{})
	}
	if value := d.where.variable(clientSecretVariable); value != "" {
		s.after.ClientSecret = secret.New(value)
	}
	if scopes := splitScopes(given.options["scopes"]); len(scopes) > 0 {
		s.after.Scopes = scopes
	}
	return s, nil
}

// canAsk reports whether a dialog is possible: in a terminal that git may ask
// in, too, and not with a program that reads events.
func (d *doorkey) canAsk() bool {
	return !d.person.events && isOn(d.where.variable("GIT_TERMINAL_PROMPT")) && d.person.prompts().canType()
}

// lookAtHost finds out what the host is.
func (s *setUp) lookAtHost(ctx context.Context) error {
	client, err := s.client(ctx, s.target.origin+"/")
	if err != nil {
		return err
	}
	begun := s.now()
	s.host, err = client.Discover(ctx, s.target.origin, s.target.path)
	s.trace.Info("discover", "origin", s.target.origin, "path", s.target.path, "kind", s.host.Kind, "root", s.host.Root,
		"device_flow", s.host.HasDeviceFlow, outcome(err), s.took(begun))
	switch {
	case err != nil:
		return err
	case s.host.Kind == "":
		return fmt.Errorf("nothing says that one can sign in to %s by OAuth\nif it is a server that lives below a path, give the path too: %s/<path>\nfor another server with OAuth, set credential.%[2]s.oauthClientId, oauthAuthURL and oauthTokenURL (docs/hosts.md)",
			s.target.url(), s.target.origin)
	}
	s.page = pageOf(s.host.Kind)
	return nil
}

// url is the address of the server itself, without what stands on it.
func (s *setUp) url() string { return s.target.origin + s.host.Root }

// check makes sure that the server takes the application, before a person is
// sent to a page that would only show an error. Where it does not, the person
// can mend it.
func (s *setUp) check(ctx context.Context) (oauthflow.Provider, error) {
	for {
		provider, err := s.plan()
		if err != nil || s.noSignIn || provider.NeedsSecret {
			return provider, err
		}
		client, err := s.client(ctx, provider.TokenURL)
		if err != nil {
			return provider, err
		}
		if provider, err = client.Confirm(ctx, provider, s.target.path); err != nil {
			return provider, err
		}
		err = client.TryClient(ctx, provider)
		switch {
		case err == nil:
			provider.Answers = true
			return provider, nil
		case errors.As(err, new(*oauthflow.ConnectionError)):
			return provider, err
		case !oauthflow.IsUnknownClient(err):
			return provider, fmt.Errorf("%s: %v", secret.HideIn(provider.TokenURL), err)
		case !s.interactive:
			return provider, s.refused()
		}
		if err := s.mend(ctx); err != nil {
			return provider, err
		}
	}
}

// try signs in with the settings as they will be, and keeps the grant, in the
// place of one that there was.
func (s *setUp) try(ctx context.Context, provider oauthflow.Provider) error {
	if s.interactive {
		s.person.beforeTrial()
	}
	old, _, err := s.replaceGrant(ctx, s.question, provider, s.settings)
	if err == nil {
		s.endReplaced(ctx, s.question, old, s.settings)
	}
	return err
}

// write writes git's configuration and says what was done and what is left.
func (s *setUp) write(ctx context.Context) error {
	changes := s.changes()
	file, err := gitconfig.Set(ctx, s.scope, changes)
	if err != nil {
		return fmt.Errorf("%v\nnothing was written", err)
	}
	s.tellWritten(file, changes)
	s.tellOthers()
	return s.tellNext(ctx)
}
