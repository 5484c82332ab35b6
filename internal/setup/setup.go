// Package setup guides a user from a host without an application ID to a working one.
package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// Run leads a person from a host without an application ID to one that works:
// it finds out what the host is, has an application registered there, tries it
// with a sign-in, and only then writes git's configuration. Until then Ctrl-C
// leaves everything as it was.
func Run(ctx context.Context, h *helper.Helper, given command.Arguments, out io.Writer) error {
	ctx, stop := terminal.UntilInterrupted(ctx)
	defer stop()
	w, err := newWizard(ctx, h, given, out)
	if err != nil {
		return err
	}
	if joined, err := w.joinFleet(ctx); err != nil || joined {
		return err
	}
	if w.before.ClientID != "" && given.Options["client-id"] == "" && w.provider == "" && !w.fleetGiven {
		return w.tellThatItIs(ctx)
	}
	if err := gitconfig.CheckWritable(ctx, w.scope); err != nil {
		return err
	}
	if err := w.lookAtHost(ctx); err != nil {
		return err
	}
	if err := w.findApplication(ctx); err != nil {
		return err
	}
	provider, err := w.check(ctx)
	if err != nil {
		return err
	}
	if err := w.findReplaced(ctx); err != nil {
		return err
	}
	if !w.noSignIn {
		if err := w.try(ctx, provider); err != nil {
			return err
		}
	}
	// Ctrl-C comes too late: the person has signed in.
	return w.write(context.WithoutCancel(ctx))
}

// wizard is one run of the command.
type wizard struct {
	*helper.Helper
	out         io.Writer // the result
	scope       gitconfig.Scope
	target      command.Target
	question    helper.Question    // that the sign-in answers
	settings    settings.Settings  // for the sign-in
	before      oauthflow.Settings // as configured
	after       oauthflow.Settings // as they are to be
	dialog      dialog
	fleetBefore settings.Fleet // as configured; settings has it as it is to be
	fleetGiven  bool
	interactive bool // the person can be asked, here and now
	noSignIn    bool
	force       bool
	provider    string          // --provider
	replaced    gitconfig.Entry // the entry whose ID is replaced, if there is one

	host oauthflow.Found
	page page
}

// newWizard reads what is configured and what was given.
func newWizard(ctx context.Context, h *helper.Helper, given command.Arguments, out io.Writer) (*wizard, error) {
	scope, err := given.Scope("setup")
	if err != nil {
		return nil, err
	}
	target, err := command.TargetOf(ctx, given.First())
	if err != nil {
		return nil, err
	}
	q, err := target.Question(ctx, h.Config.Git, "")
	if err != nil {
		return nil, err
	}
	configured, err := h.Config.For(ctx, q.Request)
	if err != nil {
		return nil, err
	}
	configured.MayAsk, configured.MayPrompt = true, true
	w := &wizard{
		Helper: h, out: out, scope: scope, target: target, question: q, settings: configured, before: configured.OAuth, after: configured.OAuth,
		noSignIn: given.On["no-sign-in"], force: given.On["force"], dialog: dialog{h.UI}, interactive: canAsk(h),
	}
	if err := w.takeFleet(given); err != nil {
		return nil, err
	}
	if id := given.Options["client-id"]; id != "" {
		w.take(id, secret.Text{})
	}
	if value := h.Config.Environment.Variable(settings.ClientSecretVariable); value != "" {
		w.after.ClientSecret = secret.New(value)
	}
	if w.provider = given.Options["provider"]; w.provider != "" {
		w.after.Kind = w.provider
	}
	if scopes := settings.SplitScopes(given.Options["scopes"]); len(scopes) > 0 {
		w.after.Scopes = scopes
	}
	return w, nil
}

// canAsk reports whether a dialog is possible: in a terminal that git may ask
// in, too, and not with a program that reads events.
func canAsk(h *helper.Helper) bool {
	return !h.UI.Events && !h.Config.Environment.IsOff("GIT_TERMINAL_PROMPT") && h.UI.Screen().CanType()
}

// lookAtHost finds out what the host is.
func (w *wizard) lookAtHost(ctx context.Context) error {
	client, err := w.Client(ctx, w.target.Origin, w.target.Origin+"/")
	if err != nil {
		return err
	}
	begun := time.Now()
	w.host, err = w.discover(ctx, client)
	w.Log().Info("discover", "origin", w.target.Origin, "path", w.target.Path, "kind", w.host.Kind, "root", w.host.Root,
		"device_flow", w.host.HasDeviceFlow, trace.Outcome(err), trace.Took(begun))
	switch {
	case err != nil:
		return err
	case w.host.Kind == "":
		return w.explainUnknown()
	}
	if w.after.Kind != "" && w.after.Kind != w.host.Kind {
		w.after.Kind = "" // what the host is overrides what was named; plan writes it if necessary
	}
	w.page = pageOf(w.host.Kind)
	if w.settings.Fleet.IsSet() {
		w.page = w.page.forFleet()
	}
	return nil
}

// discover finds out what the host is: from the kind that the user has named, from the
// URL, or from the remote of the clone in the current directory.
func (w *wizard) discover(ctx context.Context, client oauthflow.Client) (oauthflow.Found, error) {
	origin, path, named := w.target.Origin, w.target.Path, w.after.Kind
	found, err := client.DiscoverAs(ctx, origin, path, named)
	if err == nil && found.Kind == "" && w.provider == "" && named != "" {
		found, err = client.Discover(ctx, origin, path) // the setting may be the one for all hosts
	}
	if err != nil || found.Kind != "" {
		return found, err
	}
	here, noClone := command.TargetOf(ctx, "")
	if noClone != nil || here.Origin != origin || here.Path == path {
		return found, nil
	}
	return client.DiscoverAs(ctx, origin, here.Path, named)
}

// explainUnknown says what to do about a server that does not identify itself.
func (w *wizard) explainUnknown() error {
	url, origin := w.target.URL(), w.target.Origin
	belowPath := fmt.Sprintf("if the server is below a path, run: git credential-doorkey setup %s/<path>", origin)
	if w.after.Kind != "" {
		return fmt.Errorf("%s does not respond like %s: it has no token endpoint\n%s --provider %[2]s", url, w.after.Kind, belowPath)
	}
	return fmt.Errorf("could not find out how to sign in to %s\nif you know the kind of server, run: git credential-doorkey setup %s --provider <%s>\n%s\n"+
		"for another server with OAuth, set credential.%s.oauthClientId, oauthAuthURL and oauthTokenURL (docs/hosts.md)", url, url, strings.Join(oauthflow.Kinds(), "|"), belowPath, origin)
}

// url is the address of the server itself, without what stands on it.
func (w *wizard) url() string { return w.target.Origin + w.host.Root }

// check makes sure that the server takes the application, before a person is
// sent to a page that would only show an error. Where it does not, the person
// can mend it.
func (w *wizard) check(ctx context.Context) (oauthflow.Provider, error) {
	for {
		provider, err := w.plan()
		if err != nil || provider.NeedsSecret {
			return provider, err
		}
		provider, err = w.tryApplication(ctx, provider)
		switch {
		case err == nil:
			return provider, nil
		case w.noSignIn && w.force:
			w.UI.StoredUntried(w.target.Origin, err)
			return provider, nil
		case errors.As(err, new(*oauthflow.ConnectionError)):
			return provider, err
		case !oauthflow.IsUnknownClient(err):
			return provider, fmt.Errorf("%s: %v", secret.HideIn(provider.TokenURL), err)
		case !w.interactive:
			return provider, w.refused()
		}
		if err := w.mend(ctx); err != nil {
			return provider, err
		}
	}
}

// tryApplication finds out whether the server knows the application, without asking the
// user.
func (w *wizard) tryApplication(ctx context.Context, provider oauthflow.Provider) (oauthflow.Provider, error) {
	client, err := w.Client(ctx, w.target.Origin, provider.TokenURL)
	if err != nil {
		return provider, err
	}
	confirmed, err := client.Confirm(ctx, provider, w.target.Path)
	if err != nil {
		return provider, err
	}
	err = client.TryClient(ctx, confirmed)
	confirmed.Answers = err == nil
	return confirmed, err
}

// try signs in with the settings as they will be, and keeps the grant, in the
// place of one that there was.
func (w *wizard) try(ctx context.Context, provider oauthflow.Provider) error {
	if w.interactive {
		w.dialog.beforeTrial()
	}
	replaced, signedIn, err := w.ReplaceGrant(ctx, w.question, provider, w.settings)
	if err == nil {
		w.RevokeReplaced(ctx, w.question, replaced, signedIn, w.settings)
	}
	return err
}

// write writes git's configuration and says what was done and what is left.
func (w *wizard) write(ctx context.Context) error {
	changes := w.changes()
	file, err := gitconfig.Set(ctx, w.scope, changes)
	if err != nil {
		return fmt.Errorf("%v\nnothing was written", err)
	}
	w.tellWritten(file, changes)
	w.tellOthers()
	return w.tellNext(ctx)
}
