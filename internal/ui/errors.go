package ui

import (
	"errors"
	"strings"
)

// UsageError is a command line that doorkey does not understand.
type UsageError struct {
	Problem string
	Command string // whose help is the way out; "" where none is meant
}

// Error is what is wrong, and how to get help.
func (e UsageError) Error() string {
	return e.Problem + "\nrun: " + strings.TrimSpace("git credential-doorkey help "+e.Command)
}

// ErrNoCommand is a command line without a command: all of them are shown.
var ErrNoCommand = errors.New("no command")

// ErrReported is a failure that the person has been told of already.
var ErrReported = errors.New("already reported")
