package gitconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode"

	"git-credential-doorkey/internal/secret"
)

// outputGrace is how long a child that git left behind may keep git's output open after git itself has ended.
const outputGrace = time.Second

// RunError says that git ran and did not succeed.
type RunError struct {
	// Arguments are what git was started with, without its own name.
	Arguments []string
	// ExitCode is git's: 1 for "no such key" in `git config`, 128 for "fatal", 129 for a usage that this git does not know,
	// -1 when a signal ended it.
	ExitCode int
	// Message is the one line of git's standard error that says why, safe to show on a terminal; it may be empty.
	Message string
	// First is the first line of git's standard error, as safe: that of a program which git has run, if it said anything.
	First string
}

// Error returns git's own line and the command that it belongs to.
func (e *RunError) Error() string {
	message := e.Message
	if message == "" {
		message = fmt.Sprintf("exit code %d", e.ExitCode)
	}
	return fmt.Sprintf(`%s (from "git %s")`, message, strings.Join(shown(e.Arguments), " "))
}

// Run starts git in dir (the current directory if empty) with an environment (this process's if nil) and an empty
// standard input, waits until it or ctx ends, and returns its standard output.
// The error is a *RunError when git ran and failed. The arguments may be shown in it, as in the list of processes: no secret belongs there.
func Run(ctx context.Context, dir string, environment []string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "git", args...)
	command.Dir = dir
	command.Env = append(slices.Clip(given(environment)), "LC_ALL=C") // its words are read
	return run(ctx, command)
}

// run runs a command of git's that is ready to start.
func run(ctx context.Context, command *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	args := command.Args[1:]
	command.Stdout, command.Stderr = &stdout, &stderr
	command.WaitDelay = outputGrace
	err := command.Run()
	if err == nil {
		return stdout.Bytes(), nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf(`"git %s" did not finish: %w`, strings.Join(shown(args), " "), context.Cause(ctx))
	}
	exit, ran := errors.AsType[*exec.ExitError](err)
	if !ran {
		return nil, fmt.Errorf("cannot run git: %v; check that git is installed and on PATH", err)
	}
	return nil, &RunError{Arguments: args, ExitCode: exit.ExitCode(), Message: complaint(stderr.String()), First: firstLine(stderr.String())}
}

// complaint picks from git's standard error the line that says why git ended: the "fatal:" one (traces, warnings and
// errors that led to it come before, advice comes after), else the first. What cannot be printed is replaced.
func complaint(stderr string) string {
	for line := range strings.Lines(stderr) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "fatal: ") {
			return plain(line)
		}
	}
	return firstLine(stderr)
}

func firstLine(stderr string) string {
	for line := range strings.Lines(stderr) {
		if line = strings.TrimSpace(line); line != "" {
			return plain(line)
		}
	}
	return ""
}

// plain is a line of somebody else's as it may be shown.
func plain(line string) string {
	return strings.Map(printable, strings.Join(shown(strings.Split(line, " ")), " "))
}

// shown are arguments without what may be secret in an address among them.
func shown(arguments []string) []string {
	arguments = slices.Clone(arguments)
	for i, argument := range arguments {
		if strings.Contains(argument, "://") {
			arguments[i] = secret.HideIn(argument)
		}
	}
	return arguments
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '?'
}

// given is the environment to use where nil stands for this process's.
func given(environment []string) []string {
	if environment == nil {
		return os.Environ()
	}
	return environment
}

// lookup returns the value of a variable; the last one counts, as in os/exec.
func lookup(environment []string, name string) (value string, set bool) {
	for _, variable := range slices.Backward(given(environment)) {
		if value, set = strings.CutPrefix(variable, name+"="); set {
			return value, true
		}
	}
	return "", false
}
