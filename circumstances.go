package main

import (
	"fmt"
	"time"

	"git-credential-doorkey/oauthflow"
)

// refusalLasts is how long nobody without a terminal asks again.
const refusalLasts = time.Minute

// flowsFor finds out how the person can be asked, if at all.
func (d *doorkey) flowsFor(origin string, provider oauthflow.Provider, settings settings, refused time.Time) ([]flow, error) {
	c, err := d.circumstances(provider, settings, refused)
	if err != nil {
		return nil, err
	}
	flows, err := ladder(c)
	d.trace.Info("ladder", "named", c.named, "browser", c.browser, "device", c.device, "needs_secret", c.needsSecret, "terminal", c.terminal, "prompts_allowed", c.promptsAllowed,
		"asking", c.asking, "recently_refused", c.recentlyRefused, "flows", flows, outcome(err))
	if err != nil {
		return nil, fmt.Errorf("%s needs a sign-in, but %v", origin, err)
	}
	return flows, nil
}

// circumstances are those of a sign-in here and now.
func (d *doorkey) circumstances(provider oauthflow.Provider, settings settings, refused time.Time) (circumstances, error) {
	named, err := parseFlow("DOORKEY_FLOW", d.where.variable("DOORKEY_FLOW"))
	if err != nil {
		return circumstances{}, err
	}
	for _, f := range []flow{named, d.flow} {
		if f != unnamed {
			settings.flow = f
		}
	}
	return circumstances{
		named: settings.flow, browser: d.where.browserCommand() != nil, device: provider.DeviceAuthURL != "", needsSecret: provider.NeedsSecret,
		terminal: d.person.prompts().canType(), promptsAllowed: settings.mayPrompt,
		asking: settings.mayAsk, recentlyRefused: isRecent(refused, d.now()),
	}, nil
}

// isRecent takes no time to come for a recent one: the clock has been set back.
func isRecent(refused, now time.Time) bool {
	return !refused.After(now) && now.Sub(refused) < refusalLasts
}
