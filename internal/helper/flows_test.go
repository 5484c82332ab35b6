package helper

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/settings"
)

func TestSelectFlows(t *testing.T) {
	desk := signInContext{asking: true, promptsAllowed: true, terminal: true, browser: true, device: true}
	with := func(change func(*signInContext)) signInContext {
		c := desk
		change(&c)
		return c
	}
	for _, row := range []struct {
		name string
		signInContext
		want    []settings.Flow
		refused error
	}{
		{"desktop", desk, []settings.Flow{settings.Browser, settings.Device, settings.Paste}, nil},
		{"desktop, a server without device flow", with(func(c *signInContext) { c.device = false }), []settings.Flow{settings.Browser, settings.Paste}, nil},
		{"desktop without prompts", with(func(c *signInContext) { c.promptsAllowed = false }), []settings.Flow{settings.Browser}, nil},
		{"browser by name", with(func(c *signInContext) { c.named = settings.Browser }), []settings.Flow{settings.Browser}, nil},
		{"editor on a desktop", with(func(c *signInContext) { c.terminal, c.promptsAllowed = false, false }), []settings.Flow{settings.Browser}, nil},
		{"over SSH", with(func(c *signInContext) { c.browser = false }), []settings.Flow{settings.Device, settings.Paste}, nil},
		{"over SSH, a server without device flow", with(func(c *signInContext) { c.browser, c.device = false, false }), []settings.Flow{settings.Paste}, nil},
		{"no browser and no terminal", with(func(c *signInContext) { c.browser, c.terminal = false, false }), nil, errNobodyToAsk},
		{"no browser and no prompts", with(func(c *signInContext) { c.browser, c.promptsAllowed = false, false }), nil, errPromptsAreOff},
		{"CI that names the flow", signInContext{asking: true, named: settings.Device}, []settings.Flow{settings.Device}, nil},
		{"a named flow where prompts are off", with(func(c *signInContext) { c.named, c.promptsAllowed = settings.Paste, false }), []settings.Flow{settings.Paste}, nil},
		{"browser by name without a way to open one", signInContext{asking: true, named: settings.Browser}, []settings.Flow{settings.Browser}, nil},
		{"device by name on a desktop", with(func(c *signInContext) { c.named = settings.Device }), []settings.Flow{settings.Device}, nil},
		{"auto by name", with(func(c *signInContext) { c.named = settings.Automatic }), []settings.Flow{settings.Browser, settings.Device, settings.Paste}, nil},
		{"paste by name without a terminal", signInContext{asking: true, named: settings.Paste}, nil, errNoPaste},
		{"desktop, a server that needs a secret", with(func(c *signInContext) { c.needsSecret = true }), []settings.Flow{settings.Device}, nil},
		{"editor on a desktop, a server that needs a secret", with(func(c *signInContext) { c.needsSecret, c.terminal = true, false }), nil, errNeedsSecret},
		{"desktop without prompts, a server that needs a secret", with(func(c *signInContext) { c.needsSecret, c.promptsAllowed = true, false }), nil, errNeedsSecret},
		{"over SSH, a server that needs a secret", with(func(c *signInContext) { c.needsSecret, c.browser = true, false }), []settings.Flow{settings.Device}, nil},
		{"a server that needs a secret and has no device flow", with(func(c *signInContext) { c.needsSecret, c.device = true, false }), nil, errNeedsSecret},
		{"browser by name, a server that needs a secret", with(func(c *signInContext) { c.needsSecret, c.named = true, settings.Browser }), nil, errNeedsSecret},
		{"paste by name, a server that needs a secret", with(func(c *signInContext) { c.needsSecret, c.named = true, settings.Paste }), nil, errNeedsSecret},
		{"device by name in CI, a server that needs a secret", signInContext{asking: true, device: true, needsSecret: true, named: settings.Device}, []settings.Flow{settings.Device}, nil},
		{"neither browser nor terminal, a server that needs a secret", with(func(c *signInContext) { c.needsSecret, c.browser, c.terminal = true, false, false }), nil, errNobodyToAsk},
		{"asking is off", with(func(c *signInContext) { c.asking = false }), nil, errAskingIsOff},
		{"asking is off, whatever is named", with(func(c *signInContext) { c.asking, c.named = false, settings.Device }), nil, errAskingIsOff},
		{"refused a moment ago, in the background", with(func(c *signInContext) { c.recentlyRefused, c.terminal = true, false }), nil, errJustRefused},
		{"refused a moment ago, in a terminal", with(func(c *signInContext) { c.recentlyRefused = true }), []settings.Flow{settings.Browser, settings.Device, settings.Paste}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := selectFlows(row.signInContext)
			if !slices.Equal(got, row.want) || !errors.Is(err, row.refused) {
				t.Errorf("got %v, %v, want %v, %v", got, err, row.want, row.refused)
			}
		})
	}
}

// TestRefusalsNameTheSetting: the error names the setting that counts, so that the user can
// change it.
func TestRefusalsNameTheSetting(t *testing.T) {
	for _, row := range []struct {
		name string
		signInContext
		want string
	}{
		{"asking is off", signInContext{askingOff: []string{"DOORKEY_INTERACTIVE"}}, "interactive sign-in is turned off by DOORKEY_INTERACTIVE\n"},
		{"asking is off twice", signInContext{askingOff: []string{"DOORKEY_INTERACTIVE", "credential.interactive"}}, "interactive sign-in is turned off by DOORKEY_INTERACTIVE and by credential.interactive\n"},
		{"paste without a terminal, by a variable", signInContext{asking: true, named: settings.Paste, namedBy: "DOORKEY_FLOW"}, "\nchoose another flow with DOORKEY_FLOW, or "},
		{"paste without a terminal, by a key", signInContext{asking: true, named: settings.Paste, namedBy: "credential.oauthFlow"}, "\nchoose another flow with credential.oauthFlow, or "},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := selectFlows(row.signInContext); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("says %v, want %q", err, row.want)
			}
		})
	}
}

func TestIsRecent(t *testing.T) {
	now := time.Unix(1700000000, 0)
	for _, row := range []struct {
		name  string
		at    time.Time
		count int
		want  bool
	}{
		{"never", time.Time{}, 0, false},
		{"now", now, 1, true},
		{"59 s ago", now.Add(-59 * time.Second), 1, true},
		{"a minute ago", now.Add(-time.Minute), 1, false},
		{"a minute ago, the second in a row", now.Add(-time.Minute), 2, true},
		{"two minutes ago, the second in a row", now.Add(-2 * time.Minute), 2, false},
		{"31 minutes ago, the sixth in a row", now.Add(-31 * time.Minute), 6, true},
		{"59 minutes ago, the seventh in a row", now.Add(-59 * time.Minute), 7, true},
		{"an hour ago, the seventh in a row", now.Add(-time.Hour), 7, false},
		{"an hour ago, one of very many", now.Add(-time.Hour), 1 << 40, false},
		{"a count that is none", now.Add(-time.Minute), -1, false},
		{"in an hour: the clock was set back", now.Add(time.Hour), 7, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := isRecent(cache.Refusal{At: row.at, Count: row.count}, now); got != row.want {
				t.Errorf("isRecent = %v, want %v", got, row.want)
			}
		})
	}
}
