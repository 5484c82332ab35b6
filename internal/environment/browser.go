package environment

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"git-credential-doorkey/oauthflow"
)

// StartBrowser opens an address with the command that BrowserCommand returns, and does
// not wait: the command may be the browser itself. It calls failed, once and later, if
// the command ends with an error. Output goes to the null device: stdout belongs to git.
// The command outlives git, so that neither Ctrl-C in the terminal nor the end of a job
// closes the user's browser, and has its own directory.
func StartBrowser(command []string, address string, failed func(error)) {
	arguments, err := browserArguments(command, address)
	if err != nil {
		failed(err)
		return
	}
	if arguments[0], err = filepath.Abs(arguments[0]); err != nil { // BROWSER may be relative to this directory
		failed(err)
		return
	}
	starter, err := StartOutliving(func() (*exec.Cmd, error) {
		command := exec.Command(arguments[0], arguments[1:]...)
		command.Dir, command.Env = ForeignDirectory(), slices.DeleteFunc(os.Environ(), isBrowserVariable)
		return command, nil
	})
	if err != nil {
		failed(err)
		return
	}
	go func() {
		if err := starter.Wait(); err != nil {
			failed(fmt.Errorf("%s: %v", arguments[0], err))
		}
	}()
}

// isBrowserVariable matches BROWSER, because xdg-open uses it, too. Its command is the
// one that was chosen, or one that cannot be used.
func isBrowserVariable(variable string) bool { return strings.HasPrefix(variable, "BROWSER=") }

// browserArguments puts the address into the command, as one argument, rewritten by
// package url: it begins with "http" and contains only characters of a URL (RFC 3986),
// so that no program can mistake it for an option or for several words. A query is not
// escaped again, so it may be invalid as it is.
func browserArguments(command []string, address string) ([]string, error) {
	if len(command) == 0 {
		return nil, errors.New("no program that opens a browser was found")
	}
	parsed, err := url.Parse(address)
	if err != nil || parsed.User != nil || !oauthflow.MayCarryTokens(address) { // nor may anyone on the network see the sign-in
		return nil, errors.New("the URL is not a web address")
	}
	if strings.ContainsFunc(parsed.String(), isNotOfURL) {
		return nil, errors.New("the URL contains invalid characters")
	}
	var arguments []string
	placed := false
	for _, argument := range command {
		placed = placed || strings.Contains(argument, "%s")
		arguments = append(arguments, strings.ReplaceAll(argument, "%s", parsed.String()))
	}
	if !placed {
		arguments = append(arguments, parsed.String())
	}
	return arguments, nil
}

func isNotOfURL(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("\"<>\\^`{|}", c) }
