package helper

import (
	"errors"
	"fmt"
	"strings"

	"git-credential-doorkey/internal/settings"
)

// signInContext is everything that the selection of flows depends on.
type signInContext struct {
	named           settings.Flow // by --flow, DOORKEY_FLOW or credential.oauthFlow
	namedBy         string        // which of these
	browser         bool          // a browser can open for the user
	device          bool          // the server is known to support the device flow
	needsSecret     bool          // the server requires the application's secret to sign in with the browser
	terminal        bool          // a terminal that the user can read and type in
	promptsAllowed  bool          // git may ask in the terminal (GIT_TERMINAL_PROMPT)
	asking          bool          // doorkey may ask at all
	askingOff       []string      // the settings that turn asking off (credential.interactive, DOORKEY_INTERACTIVE)
	recentlyRefused bool          // a sign-in to this host was declined, timed out or failed so recently that doorkey does not ask again
}

// Reasons not to ask, each with hints. They end with a command to which flowsFor adds
// the host: the user may have no terminal here and may not know which git command
// failed, but can sign in elsewhere beforehand.
var (
	errAskingIsOff = errors.New("interactive sign-in is turned off")
	errJustRefused = errors.New("a sign-in was declined, timed out or failed recently; without a terminal, doorkey waits before it asks again (1 minute, then 2, 4, up to an hour)\n" +
		"to sign in now, run: git credential-doorkey login")
	errNobodyToAsk = errors.New("no browser can open here, and there is no terminal\n" +
		"in a CI job, set DOORKEY_FLOW=device\n" +
		"to sign in, open a terminal and run: git credential-doorkey login")
	errPromptsAreOff = errors.New("no browser can open here, and GIT_TERMINAL_PROMPT=0 turns off prompts in the terminal\n" +
		"some programs, such as go, set that variable; to sign in beforehand, run: git credential-doorkey login")
	errNeedsSecret = errors.New("signing in with the browser requires the application's secret on this server\n" +
		"set credential.<url>.oauthClientSecret, or on GitHub sign in by device code, which needs a terminal but no secret\n" +
		"to sign in, open a terminal and run: git credential-doorkey login")
	errNoPaste = errors.New("the flow \"paste\" needs a terminal to paste into")
)

// selectFlows returns the flows to try, in order, or the reason not to ask.
func selectFlows(c signInContext) ([]settings.Flow, error) {
	switch {
	case !c.asking:
		return nil, fmt.Errorf("%w by %s\nto sign in anyway, run: git credential-doorkey login", errAskingIsOff, strings.Join(c.askingOff, " and by "))
	case c.recentlyRefused && !c.terminal:
		return nil, errJustRefused
	case c.needsSecret && (!c.device || c.named == settings.Browser || c.named == settings.Paste):
		return nil, errNeedsSecret
	case c.named == settings.Paste && !c.terminal:
		return nil, fmt.Errorf("%w\nchoose another flow with %s, or open a terminal and run: git credential-doorkey login", errNoPaste, c.namedBy)
	case c.named != settings.Unnamed && c.named != settings.Automatic:
		return []settings.Flow{c.named}, nil
	}
	switch mayPrompt := c.terminal && c.promptsAllowed; {
	case c.browser && !c.needsSecret && !mayPrompt:
		return []settings.Flow{settings.Browser}, nil
	case c.browser && !c.needsSecret:
		return append([]settings.Flow{settings.Browser}, c.inTerminal()...), nil // if the browser fails
	case c.browser && !mayPrompt:
		return nil, errNeedsSecret
	case !c.terminal:
		return nil, errNobodyToAsk
	case !c.promptsAllowed:
		return nil, errPromptsAreOff
	}
	return c.inTerminal(), nil
}

// inTerminal returns the flows that need only a terminal.
func (c signInContext) inTerminal() []settings.Flow {
	switch {
	case c.needsSecret:
		return []settings.Flow{settings.Device}
	case c.device:
		return []settings.Flow{settings.Device, settings.Paste}
	}
	return []settings.Flow{settings.Paste}
}
