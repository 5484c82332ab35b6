package forward

import (
	"errors"
	"slices"
	"strings"
)

// sshCommand is what was given to ssh, taken apart.
type sshCommand struct {
	options     []string // of ssh's, with their values, before or behind the destination
	destination string
	command     []string // for the other machine; none: a shell
}

// withValue are ssh's options that take a value (ssh(1), OpenSSH 10).
const withValue = "BbcDEeFIiJLlmOoPpQRSWw"

// withoutSession are ssh's options with which there is no session of a shell or a
// command, in which git could ask: they only print or control something (-G, -O, -Q, -V),
// or forward alone (-N, -W), or ask for a subsystem (-s).
const withoutSession = "GNOQVWs"

var errNoDestination = errors.New("ssh: no destination is given\ngive it as to ssh, for example: git credential-doorkey ssh ada@build.example.com")

// parseSSH takes ssh's arguments apart as ssh does: options, the destination, more
// options, the command. A "--" ends the options.
func parseSSH(args []string) (sshCommand, error) {
	var c sshCommand
	for len(args) > 0 {
		argument := args[0]
		switch {
		case argument == "--":
			args = args[1:]
			if c.destination == "" && len(args) > 0 {
				c.destination, args = args[0], args[1:]
			}
			c.command = args
			return c, c.check()
		case strings.HasPrefix(argument, "-") && len(argument) > 1:
			taken := optionLength(args)
			c.options = append(c.options, args[:taken]...)
			args = args[taken:]
		case c.destination == "":
			c.destination, args = argument, args[1:]
		default:
			c.command = args
			return c, c.check()
		}
	}
	return c, c.check()
}

func (c sshCommand) check() error {
	if c.destination == "" && c.hasSession() {
		return errNoDestination
	}
	return nil
}

// optionLength is how many arguments an option takes: one, or two if its last letter
// wants a value that does not follow in the same argument.
func optionLength(args []string) int {
	for i, letter := range args[0][1:] {
		if strings.ContainsRune(withValue, letter) {
			if i == len(args[0])-2 && len(args) > 1 {
				return 2
			}
			return 1
		}
	}
	return 1
}

// letters are the options without their values.
func (c sshCommand) letters() (letters string) {
	for i := 0; i < len(c.options); {
		for _, letter := range c.options[i][1:] {
			letters += string(letter)
			if strings.ContainsRune(withValue, letter) {
				break
			}
		}
		i += optionLength(c.options[i:])
	}
	return letters
}

// hasSession reports whether a shell or a command runs on the other machine.
func (c sshCommand) hasSession() bool { return !strings.ContainsAny(c.letters(), withoutSession) }

// wantsTerminal reports whether ssh would ask for a terminal there by itself: it does
// for a shell, and not for a command, which the shell is within ours.
func (c sshCommand) wantsTerminal(isTerminal bool) bool {
	return len(c.command) == 0 && isTerminal && !strings.ContainsAny(c.letters(), "tT")
}

// arguments are those for the real ssh: with options of ours, and another command.
func (c sshCommand) arguments(ours []string, command string) []string {
	return slices.Concat(c.options, ours, []string{"--", c.destination, command})
}
