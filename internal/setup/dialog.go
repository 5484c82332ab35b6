package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// dialog talks to the user. Instructions, questions and wrong answers go to the
// terminal, where the answers come from. The result is in result.go.
type dialog struct{ ui *ui.UI }

// say writes lines of a dialog.
func (d dialog) say(format string, values ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, values...), "\n") {
		fmt.Fprintln(d.ui.Screen().Out, terminal.Printable(line))
	}
}

// showHost says what was found.
func (d dialog) showHost(address string, host oauthflow.Found) {
	ways := "by browser and by device code"
	if !host.HasDeviceFlow {
		ways = "by browser; it has no device flow"
		if host.Kind == "gitlab" {
			ways += " (GitLab has one since 17.3)"
		}
	}
	d.say("%s is %s, with sign-in %s", address, host.Title, ways)
}

// offer asks whether to use an application of another helper.
func (d dialog) offer(ctx context.Context, candidate application) (bool, error) {
	d.say("\n%s has an application for it: %s", secret.HideIn(candidate.key), candidate.id)
	for {
		answer, err := d.ask(ctx, "Use it? [Y/n] ")
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

// introduction says how many applications are needed.
func (p page) introduction() string {
	if p.perMachine {
		return fmt.Sprintf("\nRegister doorkey there, once for each machine: on this server, two machines with the same\n"+
			"application revoke each other's sign-in, unless they are a fleet (docs/fleet.md).\n"+
			"If this machine already has one, paste the %s.", p.id)
	}
	return fmt.Sprintf("\nRegister doorkey there, once for all users.\nIf someone has already done so, paste the %s.", p.id)
}

// showPage says what to do on the page.
func (d dialog) showPage(page page, registration registration) {
	d.say("%s\n", page.introduction())
	d.say("1. Open %s", registration.place)
	if registration.forAll != "" {
		d.say("   or, as an administrator, %s\n   and tick \"Trusted\" there", registration.forAll)
	}
	if page.start != "" {
		d.say("2. Press %q, and fill in:", page.start)
	} else {
		d.say("2. Fill in:")
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
			d.say("     %-*s  %s", widest, label, line)
		}
	}
	if page.save != "" {
		d.say("3. Press %q.", page.save)
	}
	if page.note != "" {
		d.say("   %s", page.note)
	}
	d.say("")
}

// askID asks for the application ID until the answer can be one. An empty answer selects
// the one in brackets.
func (d dialog) askID(ctx context.Context, page page, standing string) (string, error) {
	question := page.id + ": "
	if standing != "" {
		question = fmt.Sprintf("%s [%s]: ", page.id, shortened(standing))
	}
	for {
		answer, err := d.ask(ctx, question)
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
		d.say("%s", mistake)
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
func (d dialog) askSecret(ctx context.Context, name string, mayLack bool) (secret.Text, error) {
	d.say("The secret is stored unencrypted in git's configuration.")
	question := name + " (not shown): "
	if mayLack {
		question = name + " (not shown; press Enter for none and sign in by device code): "
	}
	typed, err := d.ui.Screen().ReadSecret(ctx, question)
	if typed.IsEmpty() {
		return secret.Text{}, noAnswer(err)
	}
	return typed, noAnswer(err)
}

// secretWord is what the user types to enter a secret.
const secretWord = "secret"

// refusedID says that the server rejects the ID.
func (d dialog) refusedID(page page) {
	d.say("\nThe server rejects this %s.", page.id)
	if page.private != "" {
		d.say("- If %q is ticked there, untick it (\"Edit\") and press Enter here.", page.private)
	}
	d.say("- If you have another one, paste it.")
	d.say("- If it needs a secret, type: %s", secretWord)
}

// beforeTrial says what to do about an error in the browser, which doorkey does not see.
func (d dialog) beforeTrial() {
	d.say("\nNow sign in to test it. If the page shows an error, correct the\napplication (its \"Edit\"), then load that page again.\n")
}

// ask asks for a line.
func (d dialog) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(d.ui.Screen().Out, terminal.Printable(question))
	answer, err := d.ui.Screen().ReadLine(ctx)
	if errors.Is(err, io.EOF) {
		d.say("")
	}
	return answer, noAnswer(err)
}

// noAnswer interprets the end of the terminal's input (Ctrl-D).
func noAnswer(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("no answer, so nothing was changed")
	}
	return err
}
