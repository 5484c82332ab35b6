package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
)

// install puts doorkey into git's configuration, or takes it out, and says
// what that changed.
func (d *doorkey) install(ctx context.Context, verb string, args []string) error {
	options, err := parseInstall(verb, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(d.out, usage)
		return nil
	}
	if err != nil {
		return err
	}
	do, tell := install.Install, tellInstalled
	if verb == "uninstall" {
		do, tell = install.Uninstall, tellUninstalled
	}
	change, err := do(ctx, options)
	if err != nil {
		return err
	}
	tellLines(d.out, change, options.DryRun)
	tell(d.out, change)
	return nil
}

func parseInstall(verb string, args []string) (install.Options, error) {
	options := install.Options{}
	flags := flag.NewFlagSet(verb, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	global := flags.Bool("global", false, "")
	system := flags.Bool("system", false, "")
	local := flags.Bool("local", false, "")
	flags.StringVar(&options.Host, "host", "", "")
	flags.BoolVar(&options.DryRun, "dry-run", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return options, err
	case err != nil:
		return options, usageError{verb + ": " + err.Error()}
	}
	if flags.NArg() > 0 {
		return options, usageError{fmt.Sprintf("%s: %q is not understood; for one host alone, write --host URL", verb, flags.Arg(0))}
	}
	switch {
	case *global && *system, *global && *local, *system && *local:
		return options, usageError{verb + ": only one of --global, --system and --local can be given"}
	case *system:
		options.Scope = gitconfig.System
	case *local:
		options.Scope = gitconfig.Local
	}
	program, err := os.Executable()
	options.Program = program
	return options, err
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

func tellInstalled(out io.Writer, change install.Change) {
	for _, entry := range change.Silenced {
		fmt.Fprintf(out, "no longer asked, so that it gets no tokens: %s; uninstall brings it back\n", helperName(entry))
	}
	for _, entry := range change.Others {
		fmt.Fprintf(out, "warning: still asked, and given the tokens too: %s\n", helperName(entry))
	}
	if len(change.Others) == 0 {
		fmt.Fprintln(out, "git asks doorkey, and no other helper")
	}
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
	return fmt.Sprintf("%q (%s, %s)", printable(name), printable(entry.Key), printable(entry.Origin))
}
