package command

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// Install puts doorkey into git's configuration, and says what that changed.
func Install(ctx context.Context, h *helper.Helper, given Arguments, out io.Writer) error {
	if err := checkHost(given.Options["host"]); err != nil {
		return err
	}
	change, err := changeConfiguration(ctx, "install", install.Install, given, out)
	if err != nil {
		return err
	}
	if given.isForUser() {
		userShareOf(h, given, out).add()
	}
	tellInstalled(out, change, helper.HidesTokens(ctx))
	return nil
}

// isForUser reports whether a user's own configuration is meant.
func (a Arguments) isForUser() bool { return !a.On["system"] && !a.On["local"] }

func userShareOf(h *helper.Helper, given Arguments, out io.Writer) userShare {
	program, err := programAsCalled(os.Args[0])
	if err != nil {
		return userShare{}
	}
	return newUserShare(h.Config.Environment, program, given.On["dry-run"], out)
}

// Uninstall takes doorkey out of git's configuration, and says what that changed.
func Uninstall(ctx context.Context, h *helper.Helper, given Arguments, out io.Writer) error {
	change, err := changeConfiguration(ctx, "uninstall", install.Uninstall, given, out)
	if err != nil {
		return err
	}
	isOfUser := func(entry gitconfig.Entry) bool { return entry.Scope == gitconfig.Global.String() }
	if given.isForUser() && !slices.ContainsFunc(change.Remaining, isOfUser) {
		userShareOf(h, given, out).remove()
	}
	tellUninstalled(out, change)
	return nil
}

// changeConfiguration does what both have in common, and shows the lines that change.
func changeConfiguration(ctx context.Context, verb string, change func(context.Context, install.Options) (install.Change, error), given Arguments, out io.Writer) (install.Change, error) {
	scope, err := given.Scope(verb)
	if err != nil {
		return install.Change{}, err
	}
	options := install.Options{Scope: scope, Host: given.Options["host"], DryRun: given.On["dry-run"]}
	if options.Program, err = programAsCalled(os.Args[0]); err != nil {
		return install.Change{}, err
	}
	changed, err := change(ctx, options)
	if err == nil {
		tellLines(out, changed, options.DryRun)
	}
	return changed, err
}

// programAsCalled returns the path by which this program was called, if it is one:
// behind it may be a link (Homebrew's, mise's) to the path of a version, which the
// next one deletes. What was found on PATH is looked for there again.
func programAsCalled(called string) (string, error) {
	executable, err := os.Executable()
	if err != nil || !strings.ContainsAny(called, `/\`) || !strings.HasPrefix(filepath.Base(called), environment.ProgramName) {
		return executable, err
	}
	path, err := filepath.Abs(called)
	if err != nil {
		return executable, nil
	}
	there, errThere := os.Stat(path)
	running, errRunning := os.Stat(executable)
	if errThere != nil || errRunning != nil || !os.SameFile(there, running) {
		return executable, nil
	}
	return path, nil
}

// checkHost refuses a host that doorkey would not answer for. One that is none is
// refused by the installation itself.
func checkHost(host string) error {
	address, err := url.Parse(host)
	if err != nil || address.Host == "" {
		return nil
	}
	if origin := address.Scheme + "://" + address.Host; !oauthflow.MayCarryTokens(origin) {
		return notHTTPS(origin)
	}
	return nil
}

// Scope is whose configuration a command is to write.
func (a Arguments) Scope(verb string) (gitconfig.Scope, error) {
	chosen := gitconfig.Global
	var named []string
	for _, scope := range []gitconfig.Scope{gitconfig.Global, gitconfig.System, gitconfig.Local} {
		if a.On[scope.String()] {
			chosen = scope
			named = append(named, "--"+scope.String())
		}
	}
	if len(named) > 1 {
		return chosen, ui.UsageError{Problem: verb + ": only one of these can be given: " + strings.Join(named, ", ")}
	}
	return chosen, nil
}

// tellLines shows the lines that were taken out and put in.
func tellLines(out io.Writer, change install.Change, dryRun bool) {
	switch {
	case !change.Changed:
		fmt.Fprintf(out, "%s: nothing to change\n", terminal.Printable(change.File))
		return
	case dryRun:
		fmt.Fprintf(out, "%s: would change\n", terminal.Printable(change.File))
	default:
		fmt.Fprintf(out, "%s: changed\n", terminal.Printable(change.File))
	}
	for _, line := range change.Removed {
		fmt.Fprintf(out, "  - %s\n", shown(line))
	}
	for _, line := range change.Added {
		fmt.Fprintf(out, "  + %s\n", shown(line))
	}
}

// shown is a line of a configuration file for the terminal.
func shown(line string) string { return terminal.Printable(strings.ReplaceAll(line, "\t", "    ")) }

func tellInstalled(out io.Writer, change install.Change, hidden bool) {
	for _, entry := range change.Silenced {
		line := fmt.Sprintf("no longer asked, so that it gets no tokens: %s; uninstall brings it back", install.HelperName(entry))
		fmt.Fprintln(out, terminal.Fold(terminal.Printable(line), terminal.Columns(out), 0))
	}
	for _, entry := range change.Others {
		fmt.Fprintf(out, "%s: %s\n", ui.SeverityOfOtherHelper(hidden), terminal.Printable(install.StillAsked(entry, hidden)))
	}
	if len(change.Others) == 0 {
		fmt.Fprintln(out, "git asks doorkey, and no other helper")
	}
}

func tellUninstalled(out io.Writer, change install.Change) {
	for _, entry := range change.Restored {
		fmt.Fprintf(out, "asked again: %s\n", terminal.Printable(install.HelperName(entry)))
	}
	for _, entry := range change.Remaining {
		fmt.Fprintf(out, "doorkey is still named by: %s\n", terminal.Printable(install.HelperName(entry)))
	}
}
