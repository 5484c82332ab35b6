package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
)

// What came of setup: what was written, what others run, what is left to do. It
// goes to stdout, and can be kept in a file.

// tellThatItIs says that there is nothing to set up, and who has done it.
func (s *setUp) tellThatItIs(ctx context.Context) error {
	entries, err := s.configured(ctx, `^credential\.(.*\.)?oauth(client|provider|scopes|.*url$)`)
	if err != nil {
		return err
	}
	tellSetUp(s.out, s.target.origin, s.target.url(), entries)
	return nil
}

// tellSetUp says that a host is set up, by what and by whom. The address has the
// path with it, below which the server may live.
func tellSetUp(out io.Writer, origin, address string, entries []gitconfig.Entry) {
	fmt.Fprintf(out, "%s is set up:\n", printable(origin))
	if len(entries) == 0 {
		fmt.Fprintln(out, "  the application ID came with this program")
	}
	for _, entry := range entries {
		fmt.Fprintf(out, "  %s = %s (%s)\n", printable(secret.HideIn(entry.Key)), shownValue(entry.Key, entry.Value), printable(entry.Origin))
	}
	origin = shellWord(printable(origin))
	fmt.Fprintf(out, "to sign in:   git credential-doorkey login %s\n", origin)
	fmt.Fprintf(out, "to check it:  git credential-doorkey doctor %s\n", origin)
	fmt.Fprintf(out, "to change it: git credential-doorkey setup %s --client-id <application ID>\n", shellWord(printable(address)))
}

// tellWritten says that a sign-in has worked, and shows what was written.
func (s *setUp) tellWritten(file string, changes []gitconfig.Setting) {
	if !s.noSignIn {
		fmt.Fprintf(s.out, "\nit works: signed in to %s\n\n", printable(s.url()))
	}
	fmt.Fprintf(s.out, "%s: changed\n", printable(file))
	for _, setting := range changes {
		fmt.Fprintf(s.out, "  %s = %s\n", printable(setting.Key), shownValue(setting.Key, setting.Value+setting.Secret.Reveal()))
	}
}

// tellOthers says what others run, unless everybody has it now.
func (s *setUp) tellOthers() {
	if s.scope == gitconfig.System {
		return
	}
	command := printable(s.command(shellWord(s.after.ClientID)))
	fmt.Fprintf(s.out, "\nfor a colleague, who needs no application of their own:\n  %s\n", command)
	fmt.Fprintf(s.out, "for everybody on a machine, as its administrator:\n  %s --system --no-sign-in\n", command)
	if !s.after.ClientSecret.IsEmpty() {
		fmt.Fprintf(s.out, "both need the secret, too, in %s\n", clientSecretVariable)
	}
}

// tellNext says what is left to do: git may not ask doorkey at all.
func (s *setUp) tellNext(ctx context.Context) error {
	entries, err := s.config.Entries(ctx)
	if err != nil {
		return err
	}
	if asksDoorkey(install.Chain(entries, s.url())) {
		fmt.Fprintf(s.out, "\ngit asks doorkey for %s: there is nothing left to do\n", printable(s.url()))
		return nil
	}
	command := "git credential-doorkey install"
	if s.scope == gitconfig.System {
		command += " --system"
	}
	fmt.Fprintf(s.out, "\ngit does not ask doorkey yet; run: %s\n", command)
	return nil
}

// command is the setup that others run, who need no application of their own. The
// ID is a word of the shell's already, or stands for one.
func (s *setUp) command(id string) string {
	words := []string{"git credential-doorkey setup", shellWord(s.url()), "--client-id", id}
	if len(s.after.Scopes) > 0 {
		words = append(words, "--scopes", shellWord(strings.Join(s.after.Scopes, ",")))
	}
	return strings.Join(words, " ")
}

// shellWord is a text as one word of a command that a person copies into a shell:
// what comes from a remote's URL must not choose a command.
func shellWord(text string) string {
	const harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._:@%+=,-"
	if text != "" && strings.Trim(text, harmless) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func shownValue(key, value string) string {
	if strings.HasSuffix(strings.ToLower(key), "secret") && value != "" {
		return "[secret]"
	}
	if strings.Contains(value, "://") {
		value = secret.HideIn(value)
	}
	return printable(value)
}
