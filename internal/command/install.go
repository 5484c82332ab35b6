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

// Install puts doorkey into git's configuration, and says what changed.
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

// Uninstall removes doorkey from git's configuration, and says what changed.
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

// changeConfiguration is the common part of both. It shows the lines that change.
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

// programAsCalled returns the path with which this program was called, if it was called
// with one: the path may be a link (from Homebrew or mise) to the path of a version,
// which the next version deletes. A name that was found on PATH is looked up there
// again.
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

// checkHost rejects a host that doorkey would not answer for. The installation itself
// rejects invalid ones.
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

// Scope returns the scope of the configuration that a command should write.
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
		return chosen, ui.UsageError{Problem: verb + ": use only one of these options: " + strings.Join(named, ", ")}
	}
	return chosen, nil
}

// tellLines shows the removed and added lines.
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

// shown returns a line of a configuration file for the terminal.
func shown(line string) string { return terminal.Printable(strings.ReplaceAll(line, "\t", "    ")) }

func tellInstalled(out io.Writer, change install.Change, hidden bool) {
	for _, entry := range change.Silenced {
		line := fmt.Sprintf("git no longer asks this helper, so it gets no tokens: %s; uninstall restores it", install.HelperName(entry))
		fmt.Fprintln(out, terminal.Fold(terminal.Printable(line), terminal.Columns(out), 0))
	}
	for _, entry := range change.Others {
		fmt.Fprintf(out, "%s: %s\n", ui.SeverityOfOtherHelper(hidden), terminal.Printable(install.StillAsked(entry, hidden)))
	}
	if len(change.Others) == 0 {
		fmt.Fprintln(out, "git asks only doorkey")
	}
}

func tellUninstalled(out io.Writer, change install.Change) {
	for _, entry := range change.Restored {
		fmt.Fprintf(out, "git asks this helper again: %s\n", terminal.Printable(install.HelperName(entry)))
	}
	for _, entry := range change.Remaining {
		fmt.Fprintf(out, "doorkey is still set in: %s\n", terminal.Printable(install.HelperName(entry)))
	}
}
