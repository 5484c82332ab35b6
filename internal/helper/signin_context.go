package helper

import (
	"errors"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// NamedFlow returns the flow that the user chose, and where: with an option,
// DOORKEY_FLOW, or credential.oauthFlow, in this order. It fails if DOORKEY_FLOW is not
// a flow.
func (h *Helper) NamedFlow(configured settings.Settings) (flow settings.Flow, by string, err error) {
	const variable = "DOORKEY_FLOW"
	byVariable, err := settings.ParseFlow(variable, h.Config.Environment.Variable(variable))
	switch {
	case err != nil:
		return settings.Unnamed, "", err
	case h.Flow != settings.Unnamed:
		return h.Flow, "--flow", nil
	case byVariable != settings.Unnamed:
		return byVariable, variable, nil
	}
	return configured.Flow, configured.FlowFrom.Key, nil
}

// Flows returns the flows that work here and now, in the order to try them, or the
// reason why the user cannot be asked, which ends with the command that signs in.
// Refused is when a sign-in to the host was last refused.
func (h *Helper) Flows(q Question, provider oauthflow.Provider, configured settings.Settings, refused cache.Refusal) ([]settings.Flow, error) {
	named, by, err := h.NamedFlow(configured)
	if err != nil {
		return nil, err
	}
	c := signInContext{
		named: named, namedBy: by, browser: h.Config.Environment.BrowserCommand() != nil, device: provider.DeviceAuthURL != "", needsSecret: provider.NeedsSecret,
		terminal: h.UI.Screen().CanType(), promptsAllowed: configured.MayPrompt,
		asking: configured.MayAsk, askingOff: configured.AskingOff, recentlyRefused: isRecent(refused, h.now()),
	}
	flows, err := selectFlows(c)
	h.Log().Info("flows", "named", c.named, "browser", c.browser, "device", c.device, "needs_secret", c.needsSecret, "terminal", c.terminal, "prompts_allowed", c.promptsAllowed,
		"asking", c.asking, "recently_refused", c.recentlyRefused, "flows", flows, trace.Outcome(err))
	if err != nil {
		return nil, fmt.Errorf("%w %s", err, loginArguments(q.Origin, q.Label))
	}
	return flows, nil
}

// flowsFor finds out whether and how the user can be asked to answer a question. A
// recent refusal counts as the user's answer.
func (h *Helper) flowsFor(q Question, provider oauthflow.Provider, configured settings.Settings, refused cache.Refusal) ([]settings.Flow, error) {
	named, _, err := h.NamedFlow(configured)
	if err != nil {
		return nil, err
	}
	if unusable := h.Config.Environment.UnusableBrowser(); unusable != nil && named != settings.Device && named != settings.Paste {
		h.UI.BrowserUnusable(unusable)
	}
	flows, err := h.Flows(q, provider, configured, refused)
	if errors.Is(err, errNobodyToAsk) || errors.Is(err, errNoPaste) {
		h.UI.NobodyCanType()
	}
	if err != nil {
		return nil, stopGitIf(errors.Is(err, errJustRefused), fmt.Errorf("%s needs a sign-in, but %v", q.Origin, err))
	}
	return flows, nil
}

// loginArguments returns the arguments of "login" for an account of a host, in a command
// to be copied.
func loginArguments(origin, label string) string {
	if label == "" {
		return origin
	}
	return "--username " + terminal.ShellWord(label) + " " + origin
}

// firstPause and longestPause are how long doorkey does not ask again without a
// terminal, after the first refusal and after many: an editor that fetches every few
// minutes must not open a window each time while the user is away.
const (
	firstPause   = time.Minute
	longestPause = time.Hour
)

// pauseAfter returns the pause after a refusal: twice as long as the one before.
func pauseAfter(count int) time.Duration {
	pause := firstPause
	for ; count > 1 && pause < longestPause; count-- {
		pause *= 2
	}
	return min(pause, longestPause)
}

// isRecent treats a time in the future as not recent: the clock was set back.
func isRecent(refused cache.Refusal, now time.Time) bool {
	return !refused.At.After(now) && now.Sub(refused.At) < pauseAfter(refused.Count)
}
