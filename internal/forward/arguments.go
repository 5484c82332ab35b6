package forward

import (
	"errors"
	"slices"
	"strings"
)

// sshCommand is a parsed ssh command line.
type sshCommand struct {
	options     []string // ssh's, with their values, before or after the destination
	destination string
	command     []string // for the other machine; none means a shell
}

// withValue lists ssh's options that take a value (ssh(1), OpenSSH 10).
const withValue = "BbcDEeFIiJLlmOoPpQRSWw"

// withoutSession lists the ssh options that do not start a shell or a command in which git
// could ask. They only print or control something (-G, -O, -Q, -V), only forward (-N, -W),
// or ask for a subsystem (-s).
const withoutSession = "GNOQVWs"

var errNoDestination = errors.New("ssh: no destination is given\ngive it as to ssh, for example: git credential-doorkey ssh ada@build.example.com")

// parseSSH parses arguments as ssh does: options, the destination, more options, the
// command. A "--" ends the options.
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

// optionLength returns how many arguments an option takes. It takes two if its last letter
// needs a value that is not in the same argument, and one if not.
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

// letters returns the letters of all options, without their values.
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

// wantsTerminal reports whether ssh would request a terminal by itself. It does so for a
// shell and not for a command. doorkey runs the shell inside a command, so it has to
// request the terminal.
func (c sshCommand) wantsTerminal(isTerminal bool) bool {
	return len(c.command) == 0 && isTerminal && !strings.ContainsAny(c.letters(), "tT")
}

// arguments returns those for the real ssh, with additional options and another command.
func (c sshCommand) arguments(ours []string, command string) []string {
	return slices.Concat(c.options, ours, []string{"--", c.destination, command})
}
