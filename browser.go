package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// hasDesktop reports whether a window could open: Windows, macOS, or a display
// server.
func hasDesktop() bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// openBrowser starts the person's browser with one address and does not wait
// for it: what was started may be the browser itself. failed is called, once
// and later, if it ends with an error. What it prints goes to the null device:
// stdout is git's. It has a session of its own, so that Ctrl-C in the terminal
// does not close the person's browser.
func openBrowser(address string, failed func(error)) {
	name, args := browserCommand(os.Getenv("BROWSER"))
	starter := exec.Command(name, append(args, address)...)
	starter.SysProcAttr = inItsOwnSession()
	if err := starter.Start(); err != nil {
		failed(err)
		return
	}
	go func() {
		if err := starter.Wait(); err != nil {
			failed(fmt.Errorf("%s: %v", name, err))
		}
	}()
}

// browserCommand is the person's $BROWSER (the first of a colon-separated
// list), else the system's way to open an address.
func browserCommand(chosen string) (name string, args []string) {
	if fields := strings.Fields(strings.Split(chosen, ":")[0]); len(fields) > 0 {
		return fields[0], fields[1:]
	}
	switch runtime.GOOS {
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}
	case "darwin":
		return "open", nil
	}
	return "xdg-open", nil
}
