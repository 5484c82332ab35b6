package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// install puts doorkey into git's configuration, or takes it out, and says
// what that changed.
func (d *doorkey) install(ctx context.Context, verb string, given arguments) error {
	scope, err := given.scope(verb)
	if err != nil {
		return err
	}
	options := install.Options{Scope: scope, Host: given.options["host"], DryRun: given.on["dry-run"]}
	if options.Program, err = os.Executable(); err != nil {
		return err
	}
	if verb == "install" {
		if err := checkHost(options.Host); err != nil {
			return err
		}
	}
	do := install.Install
	if verb == "uninstall" {
		do = install.Uninstall
	}
	change, err := do(ctx, options)
	if err != nil {
		return err
	}
	tellLines(d.out, change, options.DryRun)
	if verb == "uninstall" {
		tellUninstalled(d.out, change)
	} else {
		tellInstalled(d.out, change, hidesTokens(ctx))
	}
	return nil
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

// scope is whose configuration a command is to write.
func (a arguments) scope(verb string) (gitconfig.Scope, error) {
	chosen := gitconfig.Global
	var named []string
	for _, scope := range []gitconfig.Scope{gitconfig.Global, gitconfig.System, gitconfig.Local} {
		if a.on[scope.String()] {
			chosen = scope
			named = append(named, "--"+scope.String())
		}
	}
	if len(named) > 1 {
		return chosen, usageError{problem: verb + ": only one of these can be given: " + strings.Join(named, ", ")}
	}
	return chosen, nil
}

// tellLines shows the lines that were taken out and put in.
func tellLines(out io.Writer, change install.Change, dryRun bool) {
	switch {
	case !change.Changed:
		fmt.Fprintf(out, "%s: nothing to change\n", printable(change.File))
		return
	case dryRun:
		fmt.Fprintf(out, "%s: would change\n", printable(change.File))
	default:
		fmt.Fprintf(out, "%s: changed\n", printable(change.File))
	}
	for _, line := range change.Removed {
		fmt.Fprintf(out, "  - %s\n", shown(line))
	}
	for _, line := range change.Added {
		fmt.Fprintf(out, "  + %s\n", shown(line))
	}
}

// shown is a line of a configuration file for the terminal.
func shown(line string) string { return printable(strings.ReplaceAll(line, "\t", "    ")) }

func tellInstalled(out io.Writer, change install.Change, hidden bool) {
	for _, entry := range change.Silenced {
		line := fmt.Sprintf("no longer asked, so that it gets no tokens: %s; uninstall brings it back", helperName(entry))
		fmt.Fprintln(out, fold(line, columnsOf(out), 0))
	}
	for _, entry := range change.Others {
		fmt.Fprintf(out, "%s: %s\n", gravity(hidden), stillAsked(entry, hidden))
	}
	if len(change.Others) == 0 {
		fmt.Fprintln(out, "git asks doorkey, and no other helper")
	}
}

// stillAsked says of a helper that git asks it after doorkey, in the words of
// install and of doctor.
func stillAsked(entry gitconfig.Entry, hidden bool) string {
	if hidden {
		return "still asked, but not told the tokens, which this git can hide: " + helperName(entry)
	}
	return "still asked, and given the tokens too: " + helperName(entry)
}

// gravity is how much that matters.
func gravity(hidden bool) verdict {
	if hidden {
		return verdictNote
	}
	return verdictWarning
}

func tellUninstalled(out io.Writer, change install.Change) {
	for _, entry := range change.Restored {
		fmt.Fprintf(out, "asked again: %s\n", helperName(entry))
	}
	for _, entry := range change.Remaining {
		fmt.Fprintf(out, "doorkey is still named by: %s\n", helperName(entry))
	}
}

// helperName names a helper and where it is configured. A shell snippet is not
// shown: it may have a password in it.
func helperName(entry gitconfig.Entry) string {
	name := entry.Value
	if name != "" && name[0] == '!' {
		name = "a shell snippet"
	}
	return fmt.Sprintf("%q (%s, %s)", printable(name), printable(secret.HideIn(entry.Key)), printable(entry.Origin))
}
