package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/ui"
)

// Global is a command line: the options before the verb, the verb, and the rest.
type Global struct {
	Flow          settings.Flow // --flow
	Events        bool          // --events json
	Help, Version bool          // requested instead of a verb
	Verb          string
	Rest          []string
}

// ParseGlobal reads a command line. Its errors are ui.UsageError, and ui.ErrNoCommand if
// there is no verb.
func ParseGlobal(args []string) (Global, error) {
	options := flag.NewFlagSet(environment.ProgramName, flag.ContinueOnError)
	options.SetOutput(io.Discard)
	flow := options.String("flow", "", "")
	events := options.String("events", "", "")
	version := false
	for _, name := range []string{"version", "v", "V"} {
		options.BoolVar(&version, name, false, "")
	}
	switch err := options.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return Global{Help: true}, nil
	case err != nil:
		return Global{}, ui.UsageError{Problem: flagProblem(err, manual.Common())}
	case version, slices.Equal(options.Args(), []string{"version"}):
		return Global{Version: true}, nil
	}
	named, err := settings.ParseFlow("--flow", *flow)
	if err != nil {
		return Global{}, ui.UsageError{Problem: err.Error()}
	}
	if *events != "" && *events != "json" {
		return Global{}, ui.UsageError{Problem: fmt.Sprintf("--events is %q; it must be json", *events)}
	}
	read := Global{Flow: named, Events: *events == "json"}
	if options.NArg() == 0 {
		return read, ui.ErrNoCommand
	}
	read.Verb, read.Rest = options.Arg(0), options.Args()[1:]
	return read, nil
}
