package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/mattn/go-isatty"

	"git-credential-doorkey/internal/fakebrowser"
)

// consentVerb makes this program the browser that doorkey opens: it is followed
// by the address.
const consentVerb = "consent"

// caVariable names the file with the server's certificate authority, for the
// browser: it has no other way to learn it.
const caVariable = "DEMO_CA_FILE"

// consent opens the address of a sign-in and presses "Authorize".
func consent(ctx context.Context, address string) error {
	browser, err := fakebrowser.New(os.Getenv(caVariable))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	page, err := browser.Visit(ctx, address, fakebrowser.Authorize)
	if err == nil && page.Status >= 400 {
		err = fmt.Errorf("the browser ended on a page with status %d", page.Status)
	}
	return err
}

// hasBrowser reports whether the person's own browser could open.
func hasBrowser() bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	return os.Getenv("BROWSER") != "" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// isPersonHere reports whether somebody seems to look at the output.
func isPersonHere() bool {
	return os.Getenv("CI") == "" && isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd())
}
