package forward

import (
	"context"
	"fmt"
	"strings"

	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/ui"
)

// options are doorkey's own, before ssh's arguments.
type options struct {
	hosts       []string // origins for which doorkey answers, even if nobody has signed in to them
	confirm     bool     // ask here before the first answer for each host
	printConfig bool     // only print what ssh's and git's configuration need
	listen      string   // the host whose ssh configuration runs this command: see startListener
	serve       string   // likewise, in the process that listens
}

// parseOptions returns doorkey's options and ssh's arguments.
func parseOptions(ctx context.Context, args []string) (given options, rest []string, err error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "--") && args[0] != "--" {
		name, value, inOne := strings.Cut(args[0], "=")
		args = args[1:]
		switch name {
		case "--confirm":
			given.confirm = true
			continue
		case "--print-config":
			given.printConfig = true
			continue
		case "--host", listenOption, serveOption:
		default:
			return options{}, nil, ui.UsageError{Problem: fmt.Sprintf("unknown option %q", name), Command: "ssh"}
		}
		if !inOne {
			if len(args) == 0 {
				return options{}, nil, ui.UsageError{Problem: fmt.Sprintf("the option %q needs a value", name), Command: "ssh"}
			}
			value, args = args[0], args[1:]
		}
		if err := given.set(ctx, name, value); err != nil {
			return options{}, nil, err
		}
	}
	return given, args, nil
}

// set sets an option that has a value.
func (given *options) set(ctx context.Context, name, value string) error {
	switch name {
	case listenOption:
		given.listen = value
	case serveOption:
		given.serve = value
	default:
		target, err := command.TargetOf(ctx, value)
		if err != nil {
			return err
		}
		given.hosts = append(given.hosts, target.Origin)
	}
	return nil
}
