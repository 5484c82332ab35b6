package terminal

import (
	"io"
	"log"
)

// SilenceLibraries prevents packages such as net/http from writing to the terminal with
// the default logger of package log: the user cannot act on that.
func SilenceLibraries() { log.SetOutput(io.Discard) }
