package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/ui"
)

// Arguments are the arguments of a command: its options, by their names in the manual,
// and the rest.
type Arguments struct {
	Options map[string]string
	On      map[string]bool // switches
	Rest    []string
}

// errHelp means that the help of a command was requested instead.
var errHelp = errors.New("help requested")

// parseArguments reads what follows a command's name. Options may come before and after
// other arguments.
func parseArguments(command manual.Command, args []string) (Arguments, error) {
	flags := flag.NewFlagSet(command.Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	texts, switches := make(map[string]*string), make(map[string]*bool)
	for _, option := range command.Options {
		if option.Value != "" {
			texts[option.Name] = flags.String(option.Name, "", "")
		} else {
			switches[option.Name] = flags.Bool(option.Name, false, "")
		}
	}
	read := Arguments{Options: make(map[string]string), On: make(map[string]bool)}
	for {
		switch err := flags.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return Arguments{}, errHelp
		case err != nil:
			return Arguments{}, ui.UsageError{Problem: command.Name + ": " + flagProblem(err, command.Options)}
		}
		if flags.NArg() == 0 {
			break
		}
		read.Rest, args = append(read.Rest, flags.Arg(0)), flags.Args()[1:]
	}
	for name, value := range texts {
		read.Options[name] = *value
	}
	for name, value := range switches {
		read.On[name] = *value
	}
	return read, read.check(command)
}

// flagProblem returns an error of package flag in the manual's words, in which an option
// has two dashes.
func flagProblem(err error, known []manual.Option) string {
	if name, found := strings.CutPrefix(err.Error(), "flag needs an argument: -"); found {
		return fmt.Sprintf("the option \"--%s\" needs a value", name)
	}
	name, found := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !found {
		return err.Error()
	}
	suggested := manual.SuggestOption(name, known)
	if suggested != "" {
		suggested = "--" + suggested
	}
	return fmt.Sprintf("unknown option \"--%s\"", name) + didYouMean(suggested)
}

// check rejects more arguments than the command accepts, and unknown values.
func (a Arguments) check(command manual.Command) error {
	for _, option := range command.Options {
		if value := a.Options[option.Name]; value != "" && len(option.Values) > 0 && !slices.Contains(option.Values, value) {
			last := len(option.Values) - 1
			return ui.UsageError{Problem: fmt.Sprintf("--%s is %q: it must be %s or %s", option.Name, value, strings.Join(option.Values[:last], ", "), option.Values[last])}
		}
	}
	most := 0
	if command.Arguments != "" {
		most = 1
	}
	if len(a.Rest) > most {
		return ui.UsageError{Problem: fmt.Sprintf("%s: unexpected argument %q", command.Name, secret.HideIn(a.Rest[most]))}
	}
	return nil
}

// First returns the argument of a command that takes one; "" if there is none.
func (a Arguments) First() string {
	if len(a.Rest) == 0 {
		return ""
	}
	return a.Rest[0]
}
