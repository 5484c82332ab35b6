package doctor

import (
	"context"
	"strings"

	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/ui"
)

// checkSignIn says how a sign-in would work here, and why.
func checkSignIn(_ context.Context, e *checkContext) finding {
	provider, err := e.provider()
	if err != nil {
		return finding{}
	}
	configured, err := e.settings()
	if err != nil {
		return finding{}
	}
	named, _, err := e.NamedFlow(configured)
	if err != nil {
		return finding{} // checkEnvironment
	}
	if configured.Fleet.IsSet() {
		return newFinding(ui.VerdictOK, "git uses the fleet's sign-in and never asks here; to sign in all machines, use login")
	}
	flows, err := e.Flows(e.question(), provider, configured, e.Cache.LastRefusal(e.target.Origin))
	if err != nil {
		v := ui.VerdictWarning
		if account, err := e.account(); err == nil && account.IsGrant() {
			v = ui.VerdictNote // no sign-in is needed
		}
		return newFinding(v, "cannot sign in here: %v", err)
	}
	return newFinding(ui.VerdictOK, "%s", describe(flows, named, e.Config.Environment))
}

// describe names the flows and why they were chosen.
func describe(flows []settings.Flow, named settings.Flow, where environment.Environment) string {
	switch {
	case named != settings.Unnamed && named != settings.Automatic:
		return "by " + string(named) + ", as configured"
	case flows[0] == settings.Browser:
		return "in the browser: " + strings.Join(where.BrowserCommand(), " ")
	}
	var names []string
	for _, f := range flows {
		names = append(names, string(f))
	}
	return "by " + strings.Join(names, ", else by ") + ", because no browser can open here" + where.WhyNoBrowser()
}
