package main

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestLadder(t *testing.T) {
	desk := circumstances{asking: true, promptsAllowed: true, terminal: true, browser: true, device: true}
	with := func(change func(*circumstances)) circumstances {
		c := desk
		change(&c)
		return c
	}
	for _, row := range []struct {
		name string
		circumstances
		want    []flow
		refused error
	}{
		{"desktop", desk, []flow{browserFlow}, nil},
		{"editor on a desktop", with(func(c *circumstances) { c.terminal, c.promptsAllowed = false, false }), []flow{browserFlow}, nil},
		{"over SSH", with(func(c *circumstances) { c.browser = false }), []flow{deviceFlow, pasteFlow}, nil},
		{"over SSH, a server without device flow", with(func(c *circumstances) { c.browser, c.device = false, false }), []flow{pasteFlow}, nil},
		{"no browser and no terminal", with(func(c *circumstances) { c.browser, c.terminal = false, false }), nil, errNobodyToAsk},
		{"no browser and no prompts", with(func(c *circumstances) { c.browser, c.promptsAllowed = false, false }), nil, errPromptsAreOff},
		{"CI that names the flow", circumstances{asking: true, named: deviceFlow}, []flow{deviceFlow}, nil},
		{"a named flow where prompts are off", with(func(c *circumstances) { c.named, c.promptsAllowed = pasteFlow, false }), []flow{pasteFlow}, nil},
		{"browser by name without a way to open one", circumstances{asking: true, named: browserFlow}, []flow{browserFlow}, nil},
		{"device by name on a desktop", with(func(c *circumstances) { c.named = deviceFlow }), []flow{deviceFlow}, nil},
		{"auto by name", with(func(c *circumstances) { c.named = automatic }), []flow{browserFlow}, nil},
		{"paste by name without a terminal", circumstances{asking: true, named: pasteFlow}, nil, errNoPaste},
		{"desktop, a server that needs a secret", with(func(c *circumstances) { c.needsSecret = true }), []flow{deviceFlow}, nil},
		{"editor on a desktop, a server that needs a secret", with(func(c *circumstances) { c.needsSecret, c.terminal = true, false }), nil, errNeedsSecret},
		{"desktop without prompts, a server that needs a secret", with(func(c *circumstances) { c.needsSecret, c.promptsAllowed = true, false }), nil, errNeedsSecret},
		{"over SSH, a server that needs a secret", with(func(c *circumstances) { c.needsSecret, c.browser = true, false }), []flow{deviceFlow}, nil},
		{"a server that needs a secret and has no device flow", with(func(c *circumstances) { c.needsSecret, c.device = true, false }), nil, errNeedsSecret},
		{"browser by name, a server that needs a secret", with(func(c *circumstances) { c.needsSecret, c.named = true, browserFlow }), nil, errNeedsSecret},
		{"paste by name, a server that needs a secret", with(func(c *circumstances) { c.needsSecret, c.named = true, pasteFlow }), nil, errNeedsSecret},
		{"device by name in CI, a server that needs a secret", circumstances{asking: true, device: true, needsSecret: true, named: deviceFlow}, []flow{deviceFlow}, nil},
		{"neither browser nor terminal, a server that needs a secret", with(func(c *circumstances) { c.needsSecret, c.browser, c.terminal = true, false, false }), nil, errNobodyToAsk},
		{"asking is off", with(func(c *circumstances) { c.asking = false }), nil, errAskingIsOff},
		{"asking is off, whatever is named", with(func(c *circumstances) { c.asking, c.named = false, deviceFlow }), nil, errAskingIsOff},
		{"refused a moment ago, in the background", with(func(c *circumstances) { c.recentlyRefused, c.terminal = true, false }), nil, errJustRefused},
		{"refused a moment ago, in a terminal", with(func(c *circumstances) { c.recentlyRefused = true }), []flow{browserFlow}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := ladder(row.circumstances)
			if !slices.Equal(got, row.want) || !errors.Is(err, row.refused) {
				t.Errorf("got %v, %v, want %v, %v", got, err, row.want, row.refused)
			}
		})
	}
}

func TestParseFlow(t *testing.T) {
	for _, value := range []string{"", "auto", "browser", "device", "paste"} {
		if got, err := parseFlow("--flow", value); err != nil || string(got) != value {
			t.Errorf("parseFlow(%q) = %q, %v", value, got, err)
		}
	}
	if _, err := parseFlow("--flow", "carrier pigeon"); err == nil {
		t.Error("took an unknown flow")
	}
}

func TestIsRecent(t *testing.T) {
	now := time.Unix(1700000000, 0)
	for _, row := range []struct {
		name string
		at   time.Time
		want bool
	}{
		{"never", time.Time{}, false},
		{"now", now, true},
		{"59 s ago", now.Add(-59 * time.Second), true},
		{"a minute ago", now.Add(-time.Minute), false},
		{"in an hour: the clock was set back", now.Add(time.Hour), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := isRecent(row.at, now); got != row.want {
				t.Errorf("isRecent = %v, want %v", got, row.want)
			}
		})
	}
}
