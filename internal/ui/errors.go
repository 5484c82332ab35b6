package ui

import (
	"errors"
	"strings"
)

// UsageError is a command line that doorkey does not understand.
type UsageError struct {
	Problem string
	Command string // the command whose help is useful; "" for none
}

// Error says what is wrong and how to get help.
func (e UsageError) Error() string {
	return e.Problem + "\nrun: " + strings.TrimSpace("git credential-doorkey help "+e.Command)
}

// ErrNoCommand is returned for a command line without a command; the caller then shows
// all commands.
var ErrNoCommand = errors.New("no command")

// ErrReported is returned for a failure that was already reported to the user.
var ErrReported = errors.New("already reported")
