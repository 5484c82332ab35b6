package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// The rule of a dialog: what leads the person, the questions and what was wrong
// with an answer go to the terminal, where the answers come from. What came of
// it (what was written, what others run, what is left to do) goes to stdout, and
// can be kept in a file.

// say writes lines of a dialog.
func (p *person) say(format string, values ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, values...), "\n") {
		fmt.Fprintln(p.prompts().out, printable(line))
	}
}

// showHost says what was found.
func (p *person) showHost(address string, host oauthflow.Found) {
	ways := "by browser and by device code"
	if !host.HasDeviceFlow {
		ways = "by browser; it has no device flow"
		if host.Kind == "gitlab" {
			ways += " (GitLab has one since 17.2)"
		}
	}
	p.say("%s is %s, with sign-in %s", address, host.Title, ways)
}

// offer asks whether to use an application that another helper has.
func (p *person) offer(ctx context.Context, candidate application) (bool, error) {
	p.say("\n%s has an application for it: %s", candidate.key, candidate.id)
	for {
		answer, err := p.ask(ctx, "Use it? [Y/n] ")
		switch {
		case err != nil:
			return false, err
		case answer == "" || strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"):
			return true, nil
		case strings.EqualFold(answer, "n") || strings.EqualFold(answer, "no"):
			return false, nil
		}
	}
}

// showPage says what to do on the page.
func (p *person) showPage(page page, registration registration) {
	p.say("\nRegister doorkey there, once for everybody.\nHas somebody done it? Then just paste the %s.\n", page.id)
	p.say("1. Open %s", registration.place)
	if registration.forAll != "" {
		p.say("   (as an administrator: %s, and tick \"Trusted\")", registration.forAll)
	}
	if page.start != "" {
		p.say("2. Press %q, and fill in:", page.start)
	} else {
		p.say("2. Fill in:")
	}
	widest := 0
	for _, field := range registration.fields {
		widest = max(widest, len(field.label))
	}
	for _, field := range registration.fields {
		for i, line := range field.lines {
			label := field.label
			if i > 0 {
				label = ""
			}
			p.say("     %-*s  %s", widest, label, line)
		}
	}
	if page.save != "" {
		p.say("3. Press %q.", page.save)
	}
	p.say("")
}

// askID asks for the client ID until it is given something that may be one.
// Enter alone takes what stands in brackets.
func (p *person) askID(ctx context.Context, page page, standing string) (string, error) {
	question := page.id + ": "
	if standing != "" {
		question = fmt.Sprintf("%s [%s]: ", page.id, shortened(standing))
	}
	for {
		answer, err := p.ask(ctx, question)
		if err != nil {
			return "", err
		}
		if answer == "" && standing != "" {
			return standing, nil
		}
		mistake := page.mistakenID(answer)
		if mistake == "" {
			return answer, nil
		}
		p.say("%s", mistake)
	}
}

// shortened keeps a question on one line.
func shortened(id string) string {
	const enough = 12
	if len(id) <= enough {
		return id
	}
	return id[:enough] + "…"
}

// askSecret asks for the secret, and does not show it.
func (p *person) askSecret(ctx context.Context, name string, mayLack bool) (secret.Text, error) {
	p.say("The secret is kept in git's configuration, in clear.")
	question := name + " (is not shown): "
	if mayLack {
		question = name + " (is not shown; Enter for none: then one signs in by device code): "
	}
	fmt.Fprint(p.prompts().out, question)
	typed, err := p.prompts().readSecret(ctx)
	if typed.IsEmpty() {
		return secret.Text{}, noAnswer(err)
	}
	return typed, noAnswer(err)
}

// secretWord is what a person types who wants to give a secret.
const secretWord = "secret"

// refusedID says that the server does not take the ID.
func (p *person) refusedID(page page) {
	p.say("\nThe server does not take this %s.", page.id)
	if page.private != "" {
		p.say("- Is %q ticked there? Untick it (\"Edit\"), and press Enter here.", page.private)
	}
	p.say("- Is it another one? Paste it.")
	p.say("- Is it to have a secret? Type: %s", secretWord)
}

// beforeTrial says what a person can do about an error in the browser, of which
// doorkey learns nothing.
func (p *person) beforeTrial() {
	p.say("\nNow sign in, to see that it works. If the page shows an error, correct the\napplication (its \"Edit\"), then load that page again.\n")
}

// ask asks for a line.
func (p *person) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(p.prompts().out, printable(question))
	answer, err := p.prompts().readLine(ctx)
	if errors.Is(err, io.EOF) {
		p.say("")
	}
	return answer, noAnswer(err)
}

// noAnswer is what the end of the terminal's input (Ctrl-D) means.
func noAnswer(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("no answer, so nothing was changed")
	}
	return err
}

// tellSetUp says that a host is set up, by what and by whom.
func tellSetUp(out io.Writer, address string, entries []gitconfig.Entry) {
	fmt.Fprintf(out, "%s is set up:\n", printable(address))
	if len(entries) == 0 {
		fmt.Fprintln(out, "  the application ID came with this program")
	}
	for _, entry := range entries {
		fmt.Fprintf(out, "  %s = %s (%s)\n", printable(entry.Key), shownValue(entry.Key, entry.Value), printable(entry.Origin))
	}
	address = shellWord(printable(address))
	fmt.Fprintf(out, "to sign in:   git credential-doorkey login %s\n", address)
	fmt.Fprintf(out, "to check it:  git credential-doorkey doctor %s\n", address)
	fmt.Fprintf(out, "to change it: git credential-doorkey setup %s --client-id <application ID>\n", address)
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
	return printable(value)
}

// tellTried says that a sign-in has worked.
func tellTried(out io.Writer, address string) {
	fmt.Fprintf(out, "\nit works: signed in to %s\n\n", printable(address))
}

// tellSettings shows what was written.
func tellSettings(out io.Writer, file string, changes []gitconfig.Setting) {
	fmt.Fprintf(out, "%s: changed\n", printable(file))
	for _, setting := range changes {
		fmt.Fprintf(out, "  %s = %s\n", printable(setting.Key), shownValue(setting.Key, setting.Value+setting.Secret.Reveal()))
	}
}

// tellOthers says what others run.
func tellOthers(out io.Writer, command string, scope gitconfig.Scope, withSecret bool) {
	if scope == gitconfig.System {
		return
	}
	fmt.Fprintf(out, "\nfor a colleague, who needs no application of their own:\n  %s\n", printable(command))
	fmt.Fprintf(out, "for everybody on a machine, as its administrator:\n  %s --system --no-sign-in\n", printable(command))
	if withSecret {
		fmt.Fprintf(out, "both need the secret, too, in %s\n", clientSecretVariable)
	}
}

// tellNext says what is left to do.
func tellNext(out io.Writer, address string, scope gitconfig.Scope, installed bool) {
	if installed {
		fmt.Fprintf(out, "\ngit asks doorkey for %s: there is nothing left to do\n", printable(address))
		return
	}
	command := "git credential-doorkey install"
	if scope == gitconfig.System {
		command += " --system"
	}
	fmt.Fprintf(out, "\ngit does not ask doorkey yet; run:\n  %s\n", command)
}
