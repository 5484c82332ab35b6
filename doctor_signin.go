package main

import (
	"context"
	"strings"
)

// checkSignIn says how a sign-in would go here, and why so.
func checkSignIn(_ context.Context, e *examination) finding {
	provider, err := e.provider()
	if err != nil {
		return finding{}
	}
	settings, err := e.settings()
	if err != nil {
		return finding{}
	}
	c, err := e.circumstances(provider, settings, e.cache.RefusedAt(e.target.origin))
	if err != nil {
		return finding{} // checkEnvironment
	}
	flows, err := ladder(c)
	if err != nil {
		v := verdictWarning
		if account, err := e.account(); err == nil && account.IsGrant() {
			v = verdictNote // there is no need of one
		}
		return newFinding(v, "none can be made here: %v", err)
	}
	return newFinding(verdictOK, "%s", describe(flows, c.named, e.where))
}

// describe names the flows and what they were chosen by.
func describe(flows []flow, named flow, where surroundings) string {
	switch {
	case named != unnamed && named != automatic:
		return "by " + string(named) + ", which was named"
	case flows[0] == browserFlow:
		return "in the browser: " + strings.Join(where.browserCommand(), " ")
	}
	var names []string
	for _, f := range flows {
		names = append(names, string(f))
	}
	return "by " + strings.Join(names, ", else by ") + ", since no browser can open here" + where.whyNoBrowser()
}

// whyNoBrowser is the sign by which browserCommand gives none, in brackets.
func (s surroundings) whyNoBrowser() string {
	switch {
	case s.variable("BROWSER") != "":
		return " (nothing in BROWSER is installed, or needs no terminal)"
	case s.isCI():
		return " (a CI job)"
	case s.isSSH():
		return " (an SSH session)"
	case s.container() && !s.hasDisplay():
		return " (a container)"
	case !s.hasDisplay():
		return " (no display)"
	}
	return " (no program to open one with)"
}
