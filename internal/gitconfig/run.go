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

// RunError means that git ran and failed.
type RunError struct {
	// Arguments are what git was started with, without its own name.
	Arguments []string
	// ExitCode is git's: 1 for "no such key" in `git config`, 128 for "fatal", 129 for a usage that this git does not
	// support, -1 if a signal ended it.
	ExitCode int
	// Message is the line of git's standard error that says why, safe to show on a terminal; it may be empty.
	Message string
	// First is the first line of git's standard error, also safe: usually from a program that git ran, if it printed
	// anything.
	First string
}

// Error returns git's message and the command.
func (e *RunError) Error() string {
	message := e.Message
	if message == "" {
		message = fmt.Sprintf("exit code %d", e.ExitCode)
	}
	return fmt.Sprintf(`%s (from "git %s")`, message, strings.Join(shown(e.Arguments), " "))
}

// Run starts git in dir (the current directory if empty) with an environment (this process's if nil) and an empty
// standard input, waits until it or ctx ends, and returns its standard output. The error is a *RunError if git ran and
// failed. It may show the arguments, as does the list of processes: they must not contain a secret.
func Run(ctx context.Context, dir string, environment []string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "git", args...)
	command.Dir = dir
	command.Env = append(slices.Clip(given(environment)), "LC_ALL=C") // the messages are parsed
	return run(ctx, command)
}

// run runs a git command that is ready to start.
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

// complaint returns the line of git's standard error that says why git failed: the "fatal:" one (traces, warnings and
// other errors come before it, hints after it), or else the first. It replaces what cannot be printed.
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

// plain returns a line from another program as it may be shown.
func plain(line string) string {
	return strings.Map(printable, strings.Join(shown(strings.Split(line, " ")), " "))
}

// shown returns arguments without the secrets in their addresses.
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

// given returns the environment to use; nil means this process's.
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
