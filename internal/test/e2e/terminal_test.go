package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/parts"
)

// terminalCommand is the command of a real terminal, tmux:
//
//	terminal start COLUMNS COMMAND   run a shell command in it; COLUMNSxROWS for a
//	                                 height other than 50 rows
//	terminal shows REGEXP            wait until the screen matches; a space also matches
//	                                 the end of a line, because doorkey breaks lines
//	terminal lacks REGEXP            the screen does not have it now
//	terminal type TEXT               type it and press Enter
//	terminal key KEY                 press a key, such as C-c
//	terminal copied TEXT             the clipboard contains it (OSC 52)
//	terminal keep FILE               write the content of the screen to a file
//	terminal stop                    close it
//	terminal paste                   open the address on the screen in a browser on
//	                                 another machine, and paste the address on which it ends
//
// The screen stays after the command has ended; its last line is then
// "ended with <exit code>".
func terminalCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg && args[0] != "copied" {
		ts.Fatalf("usage: terminal <command>")
	}
	switch args[0] {
	case "start":
		parts.Program(test(ts), "tmux", "apt-get install tmux")
		columns, rows, found := strings.Cut(args[1], "x")
		if !found {
			rows = "50"
		}
		// Each terminal gets a new server, because the old one may still be closing. The
		// path of a socket can have at most 107 characters, and the paths of scripts are
		// nearly as long.
		directory, err := os.MkdirTemp("", "tmux-")
		ts.Check(err)
		ts.Setenv("TMUX_SOCKET", filepath.Join(directory, "socket"))
		ts.Check(ts.Exec("tmux", "-S", ts.Getenv("TMUX_SOCKET"), "-f", "/dev/null", "start-server", ";", "set-option", "-s", "set-clipboard", "on", ";", "new-session", "-d", "-x", columns, "-y", rows,
			"sh -c 'trap : INT; "+args[2]+"; echo ended with $?; exec sleep 600'"))
		ts.Defer(func() { closeTerminal(ts) })
	case "stop":
		closeTerminal(ts)
	case "copied":
		// If nothing was copied to the clipboard, the terminal has no buffer.
		content, _ := exec.Command("tmux", "-S", ts.Getenv("TMUX_SOCKET"), "show-buffer").Output()
		if pattern := regexp.MustCompile("^" + args[1] + "$"); pattern.Match(content) == neg {
			ts.Fatalf("the clipboard has %q", content)
		}
	case "shows":
		pattern := onScreenPattern(args[1])
		screen := ""
		if !comes(func() bool { screen = screenOf(ts); return pattern.MatchString(screen) }) {
			ts.Fatalf("the terminal does not show %q but:\n%s", args[1], screen)
		}
		ts.Logf("%s", screen)
	case "lacks":
		if shown := screenOf(ts); onScreenPattern(args[1]).MatchString(shown) {
			ts.Fatalf("the terminal shows %q:\n%s", args[1], shown)
		}
	case "keep":
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(withoutMargins(screenOf(ts))), 0o600))
	case "type":
		sendKeys(ts, "-l", args[1])
		sendKeys(ts, "Enter")
	case "key":
		sendKeys(ts, args[1])
	case "paste":
		sendKeys(ts, "-l", whereBrowserEnds(ts, addressOn(screenOf(ts))))
		sendKeys(ts, "Enter")
	default:
		ts.Fatalf("terminal %s: unknown", args[0])
	}
}

func closeTerminal(ts *testscript.TestScript) {
	socket := ts.Getenv("TMUX_SOCKET")
	// The script may have closed it already.
	_ = exec.Command("tmux", "-S", socket, "kill-server").Run()
	os.RemoveAll(filepath.Dir(socket))
}

func sendKeys(ts *testscript.TestScript, keys ...string) {
	arguments := append([]string{"-S", ts.Getenv("TMUX_SOCKET"), "send-keys"}, keys...)
	if output, err := exec.Command("tmux", arguments...).CombinedOutput(); err != nil {
		ts.Fatalf("tmux send-keys: %v: %s", err, output)
	}
}

// onScreenPattern compiles a pattern in which a space also matches the end of a line.
func onScreenPattern(text string) *regexp.Regexp {
	return regexp.MustCompile("(?m)" + strings.ReplaceAll(text, " ", `\s`))
}

// screenOf returns the content of the screen, with its wrapped lines joined.
func screenOf(ts *testscript.TestScript) string {
	output, err := exec.Command("tmux", "-S", ts.Getenv("TMUX_SOCKET"), "capture-pane", "-p", "-J").Output()
	if err != nil {
		ts.Fatalf("tmux capture-pane: %v", err)
	}
	return string(output)
}

// withoutMargins removes the spaces at the ends of lines, and the empty lines at the end of
// the screen.
func withoutMargins(screen string) string {
	return strings.TrimRight(regexp.MustCompile(`(?m) +$`).ReplaceAllString(screen, ""), "\n") + "\n"
}

func addressOn(screen string) string {
	return regexp.MustCompile(`https://\S+/oauth/authorize\?\S+`).FindString(screen)
}

// whereBrowserEnds opens an authorization address of a trusted application and returns the
// address to which the browser is redirected. The browser cannot reach that address.
func whereBrowserEnds(ts *testscript.TestScript, address string) string {
	browser := browserOf(ts)
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := browser.Get(address)
	ts.Check(err)
	defer response.Body.Close()
	end := response.Header.Get("Location")
	if !strings.HasPrefix(end, "http://127.0.0.1:") {
		ts.Fatalf("the browser was sent to %q (%s)", end, response.Status)
	}
	return end
}
