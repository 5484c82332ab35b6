package setup

import (
	"context"
	"fmt"
	"io"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
)

// The result of setup: what was written, what other users run, and what remains to be
// done. It goes to stdout, so that it can be saved in a file.

// tellThatItIs says that the host is already set up, and where.
func (w *wizard) tellThatItIs(ctx context.Context) error {
	entries, err := w.configured(ctx, `^credential\.(.*\.)?oauth(client|provider|scopes|.*url$)`)
	if err != nil {
		return err
	}
	tellSetUp(w.out, w.target.Origin, w.target.URL(), entries)
	return nil
}

// tellSetUp says that a host is set up, with which settings and where. The address
// includes the path below which the server may run.
func tellSetUp(out io.Writer, origin, address string, entries []gitconfig.Entry) {
	fmt.Fprintf(out, "%s is set up:\n", terminal.Printable(origin))
	if len(entries) == 0 {
		fmt.Fprintln(out, "  this program was built with the application ID")
	}
	for _, entry := range entries {
		fmt.Fprintf(out, "  %s = %s (%s)\n", terminal.Printable(secret.HideIn(entry.Key)), shownValue(entry.Key, entry.Value), terminal.Printable(entry.Origin))
	}
	origin = terminal.ShellWord(terminal.Printable(origin))
	fmt.Fprintf(out, "to sign in:   git credential-doorkey login %s\n", origin)
	fmt.Fprintf(out, "to check it:  git credential-doorkey doctor %s\n", origin)
	fmt.Fprintf(out, "to change it: git credential-doorkey setup %s --client-id <application ID>\n", terminal.ShellWord(terminal.Printable(address)))
}

// tellWritten says that a sign-in worked, and shows what was written.
func (w *wizard) tellWritten(file string, changes []gitconfig.Setting) {
	if !w.noSignIn {
		fmt.Fprintf(w.out, "\nit works: signed in to %s\n\n", terminal.Printable(w.url()))
	}
	w.showChanges(file, changes)
}

func (w *wizard) showChanges(file string, changes []gitconfig.Setting) {
	fmt.Fprintf(w.out, "%s: changed\n", terminal.Printable(file))
	for _, setting := range changes {
		fmt.Fprintf(w.out, "  %s = %s%s\n", terminal.Printable(setting.Key), shownValue(setting.Key, setting.Value+setting.Secret.Reveal()), w.replacedBy(setting))
	}
}

// replacedBy shows the ID that a setting replaces, so that the user can restore it.
func (w *wizard) replacedBy(setting gitconfig.Setting) string {
	if w.replaced.Value == "" || !strings.HasSuffix(setting.Key, ".oauthClientId") {
		return ""
	}
	return fmt.Sprintf(" (before: %s)", terminal.Printable(w.replaced.Value))
}

// tellOthers says what other users run, unless all users have it now.
func (w *wizard) tellOthers() {
	if w.scope == gitconfig.System {
		return
	}
	command := terminal.Printable(w.command(terminal.ShellWord(w.after.ClientID)))
	fmt.Fprintf(w.out, "\nfor a colleague, who needs no application of their own:\n  %s\n", command)
	fmt.Fprintf(w.out, "for all users of a machine, as its administrator:\n  %s --system --no-sign-in\n", command)
	if w.page.perMachine {
		fmt.Fprintf(w.out, "on your other machines, run setup without --client-id: each needs its own application\n")
	}
	if !w.after.ClientSecret.IsEmpty() {
		fmt.Fprintf(w.out, "both also need the secret in %s\n", settings.ClientSecretVariable)
	}
}

// tellNext says what remains to be done: git may not ask doorkey at all.
func (w *wizard) tellNext(ctx context.Context) error {
	entries, err := w.Config.Git.Entries(ctx)
	if err != nil {
		return err
	}
	if install.AsksDoorkey(install.Chain(entries, w.url())) {
		left := "there is nothing left to do"
		if w.noSignIn {
			left = "the next git command there asks for a sign-in"
		}
		fmt.Fprintf(w.out, "\ngit asks doorkey for %s: %s\n", terminal.Printable(w.url()), left)
		return nil
	}
	command := "git credential-doorkey install"
	if w.scope == gitconfig.System {
		command += " --system"
	}
	fmt.Fprintf(w.out, "\ngit does not ask doorkey yet; run: %s\n", command)
	return nil
}

// command is the setup for other users, who need no application of their own. The ID is
// already a shell word, or a placeholder.
func (w *wizard) command(id string) string {
	words := []string{"git credential-doorkey setup", terminal.ShellWord(w.url()), "--client-id", id}
	if w.provider != "" {
		words = append(words, "--provider", w.provider)
	}
	if len(w.after.Scopes) > 0 {
		words = append(words, "--scopes", terminal.ShellWord(strings.Join(w.after.Scopes, ",")))
	}
	return strings.Join(words, " ")
}

func shownValue(key, value string) string {
	if strings.HasSuffix(strings.ToLower(key), "secret") && value != "" {
		return "[secret]"
	}
	if strings.Contains(value, "://") {
		value = secret.HideIn(value)
	}
	return terminal.Printable(value)
}
