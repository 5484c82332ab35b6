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

// NamedFlow is the flow that the person has named, and by what: by an option, or else
// by DOORKEY_FLOW, or else by credential.oauthFlow. It fails on a DOORKEY_FLOW that is
// none.
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

// Flows returns the ways to sign in here and now, in the order in which they are
// tried, or the reason why nobody can be asked, which ends with the command that
// signs in. Refused is when a sign-in to the host was last refused.
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

// flowsFor finds out how the person can be asked to answer a question, if at all. A
// refusal a moment ago was their answer.
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

// loginArguments name an account of a host to "login", in a command to be copied.
func loginArguments(origin, label string) string {
	if label == "" {
		return origin
	}
	return "--username " + terminal.ShellWord(label) + " " + origin
}

// firstPause and longestPause are how long nobody without a terminal asks again after
// the first refusal, and after many: an editor that fetches every few minutes must not
// open a window each time before somebody who is not there.
const (
	firstPause   = time.Minute
	longestPause = time.Hour
)

// pauseAfter is how long a refusal lasts: twice as long as the one before it.
func pauseAfter(count int) time.Duration {
	pause := firstPause
	for ; count > 1 && pause < longestPause; count-- {
		pause *= 2
	}
	return min(pause, longestPause)
}

// isRecent takes no time to come for a recent one: the clock has been set back.
func isRecent(refused cache.Refusal, now time.Time) bool {
	return !refused.At.After(now) && now.Sub(refused.At) < pauseAfter(refused.Count)
}
