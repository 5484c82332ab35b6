// Package command has the commands that people run, but for setup and doctor, and
// reads their arguments and URLs.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// Func is a command for people: it does what was asked for and writes the result to
// out.
type Func func(ctx context.Context, h *helper.Helper, given Arguments, out io.Writer) error

// Run reads the arguments of a command, as the manual describes it, and runs it, or
// shows its help.
func Run(ctx context.Context, h *helper.Helper, described manual.Command, run Func, args []string, out io.Writer) error {
	err := parseAndRun(ctx, h, described, run, args, out)
	if terminal.IsCanceled(err) {
		h.UI.ClearCountdown() // the shell waits for us, and shows its prompt then
	}
	if usage, isUsage := errors.AsType[ui.UsageError](err); isUsage && described.Name != "help" {
		return ui.UsageError{Problem: usage.Problem, Command: described.Name}
	}
	return err
}

func parseAndRun(ctx context.Context, h *helper.Helper, described manual.Command, run Func, args []string, out io.Writer) error {
	given, err := parseArguments(described, args)
	if errors.Is(err, errHelp) {
		fmt.Fprint(out, described.Help())
		return nil
	}
	if err != nil {
		return err
	}
	named, err := settings.ParseFlow("--flow", given.Options["flow"])
	if err != nil {
		return ui.UsageError{Problem: err.Error()}
	}
	if named != settings.Unnamed {
		h.Flow = named
	}
	return run(ctx, h, given, out)
}

// Help shows all commands, or what one of them does.
func Help(_ context.Context, _ *helper.Helper, given Arguments, out io.Writer) error {
	if given.First() == "" {
		fmt.Fprint(out, manual.Usage())
		return nil
	}
	described, known := manual.Find(given.First())
	if !known {
		return Unknown(given.First())
	}
	fmt.Fprint(out, described.Help())
	return nil
}

// Completion prints the completion script of a shell.
func Completion(_ context.Context, _ *helper.Helper, given Arguments, out io.Writer) error {
	script := manual.Completion(given.First())
	if script == "" {
		return ui.UsageError{Problem: fmt.Sprintf("completion: unknown shell %q; use one of: %s", secret.HideIn(given.First()), strings.Join(manual.Shells(), ", "))}
	}
	_, err := io.WriteString(out, script)
	return err
}

// Unknown is the error for a command that does not exist.
func Unknown(name string) error {
	problem := fmt.Sprintf("unknown command %q", secret.HideIn(name))
	return ui.UsageError{Problem: problem + didYouMean(manual.Suggest(name))}
}

// didYouMean returns the end of a message: the suggestion, if there is one.
func didYouMean(suggested string) string {
	if suggested == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", suggested)
}
