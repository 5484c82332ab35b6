package terminal

import (
	"io"
	"log"
)

// SilenceLibraries keeps from the terminal what packages such as net/http write to the
// default logger of package log: nobody can do anything about it.
func SilenceLibraries() { log.SetOutput(io.Discard) }
