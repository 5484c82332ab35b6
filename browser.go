package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
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

// browserPatience is how long a browser starter is watched for a failure. One
// that is the browser itself goes on running.
const browserPatience = 2 * time.Second

// openBrowser starts the person's browser with one address. What it prints goes
// to the null device: stdout is git's.
func openBrowser(address string) error {
	name, args := browserCommand(os.Getenv("BROWSER"))
	starter := exec.Command(name, append(args, address)...)
	if err := starter.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- starter.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s: %v", name, err)
		}
	case <-time.After(browserPatience):
	}
	return nil
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
