package setup

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
)

// findApplication uses the given application, or one that is configured for another
// helper, or lets the user register one.
func (w *wizard) findApplication(ctx context.Context) error {
	if w.after.ClientID != "" {
		if mistake := w.page.mistakenID(w.after.ClientID); mistake != "" {
			return fmt.Errorf("--client-id: %s", mistake)
		}
		return nil
	}
	found, err := w.candidates(ctx)
	if err != nil {
		return err
	}
	if !w.interactive {
		return w.missesID(found)
	}
	w.dialog.showHost(w.url(), w.host)
	for _, candidate := range found {
		used, err := w.dialog.offer(ctx, candidate)
		if err != nil {
			return err
		}
		if used {
			w.take(candidate.id, candidate.secret)
			return nil
		}
	}
	return w.register(ctx)
}

// take uses an application. It drops the secret of another one.
func (w *wizard) take(id string, clientSecret secret.Text) {
	if id != w.after.ClientID || clientSecret.IsSet() {
		w.after.ClientSecret = clientSecret
	}
	w.after.ClientID = id
}

// register guides the user through the page where applications are registered.
func (w *wizard) register(ctx context.Context) error {
	w.dialog.showPage(w.page, w.registration())
	if command := w.Config.Environment.BrowserCommand(); command != nil && w.host.ApplicationsURL != "" {
		environment.StartBrowser(command, w.host.ApplicationsURL, w.UI.BrowserFailed)
	}
	id, err := w.dialog.askID(ctx, w.page, "")
	if err != nil {
		return err
	}
	clientSecret := w.after.ClientSecret
	if w.page.secret != "" && clientSecret.IsEmpty() {
		if clientSecret, err = w.dialog.askSecret(ctx, w.page.secret, w.host.HasDeviceFlow); err != nil {
			return err
		}
	}
	w.take(id, clientSecret)
	return nil
}

// registration is what the user needs to know about the page.
type registration struct {
	place  string // its address, or the way to it
	forAll string // the address for an administrator, "" if there is none
	fields []filledIn
}

type filledIn struct {
	label string
	lines []string
}

func (w *wizard) registration() registration {
	r := registration{place: w.host.ApplicationsURL}
	if r.place == "" {
		r.place = strings.ReplaceAll(w.page.way, "{origin}", w.url())
	}
	if w.page.forAll != "" {
		r.forAll = w.url() + w.page.forAll
	}
	scopes := w.after.Scopes
	if len(scopes) == 0 {
		scopes = w.host.Scopes
	}
	for _, f := range w.page.fields {
		r.fields = append(r.fields, filledIn{f.label, f.lines(w.url(), cmp.Or(w.after.RedirectURL, w.host.RedirectURL), scopes)})
	}
	return r
}

// mend asks the user what to do about an application that the server rejects.
func (w *wizard) mend(ctx context.Context) error {
	w.dialog.refusedID(w.page)
	answer, err := w.dialog.askID(ctx, w.page, w.after.ClientID)
	if err != nil {
		return err
	}
	if answer != secretWord {
		w.take(answer, w.after.ClientSecret)
		return nil
	}
	clientSecret, err := w.dialog.askSecret(ctx, cmp.Or(w.page.secret, "Secret"), false)
	w.take(w.after.ClientID, clientSecret)
	return err
}

// refused says what to do if the user cannot be asked.
func (w *wizard) refused() error {
	way := "the ID or the secret is wrong; pass the secret in " + settings.ClientSecretVariable
	if w.page.private != "" {
		way = fmt.Sprintf("the ID is wrong, or %q is ticked on the application's page; untick it, or pass the secret in %s", w.page.private, settings.ClientSecretVariable)
	}
	if w.noSignIn {
		way += "\nto store it anyway, run: " + w.commandAgain() + " --force"
	}
	return fmt.Errorf("%s rejected the %s %q, so nothing was written\n%s", w.url(), w.page.id, w.after.ClientID, way)
}

// findReplaced finds the ID for this host that the new one replaces. Without a sign-in,
// nothing shows that the new ID works, so the user has to confirm with --force.
func (w *wizard) findReplaced(ctx context.Context) error {
	entries, err := w.configured(ctx, `^credential\..*\.oauthclientid$`)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Value == w.before.ClientID && entry.Value != "" && entry.Value != w.after.ClientID {
			w.replaced = entry
		}
	}
	if w.replaced.Value == "" || !w.noSignIn || w.force {
		return nil
	}
	return fmt.Errorf("another %s is configured for %s: %q (%s), so nothing was written\nto replace it after a sign-in, run: %s\nto replace it without a sign-in, run: %s --force",
		w.page.id, w.url(), w.replaced.Value, w.replaced.Origin, w.command(terminal.ShellWord(w.after.ClientID)), w.commandAgain())
}

// commandAgain is the setup without a sign-in that the user ran.
func (w *wizard) commandAgain() string {
	command := w.command(terminal.ShellWord(w.after.ClientID)) + " --no-sign-in"
	if w.scope == gitconfig.System {
		command += " --system"
	}
	return command
}

// missesID says what to run if the user cannot be asked.
func (w *wizard) missesID(found []application) error {
	w.UI.NobodyCanType()
	if len(found) > 0 {
		return fmt.Errorf("the %s is missing, and doorkey cannot ask for it here\n%s has one\nto use it, run: %s",
			w.page.id, found[0].key, w.command(terminal.ShellWord(found[0].id)))
	}
	return fmt.Errorf("the %s is missing, and doorkey cannot ask for it here\nto see how to register one on %s, run setup in a terminal\nif you have one, run: %s",
		w.page.id, w.registration().place, w.command("<"+w.page.id+">"))
}
