package main

import (
	"os"
	"runtime"

	"github.com/mattn/go-isatty"
)

// hasBrowser reports whether the user's own browser could open.
func hasBrowser() bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	return os.Getenv("BROWSER") != "" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// isPersonHere reports whether a person seems to be looking at the output.
func isPersonHere() bool {
	return os.Getenv("CI") == "" && isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd())
}
