// Package doctor checks everything that a sign-in depends on.
package doctor

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/ui"
)

// Run checks everything that a sign-in depends on, and says what to do. It changes
// nothing. It fails if there is a problem.
func Run(ctx context.Context, h *helper.Helper, given command.Arguments, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, examinationTime)
	defer cancel()
	e, err := newCheckContext(ctx, h, given.First())
	if err != nil {
		return err
	}
	report := diagnosis{Doorkey: e.Config.Environment.Version, URL: e.shown(), Findings: runChecks(ctx, e, e.checks())}
	if given.On["json"] {
		err = report.writeJSON(out)
	} else {
		err = report.writeText(out)
	}
	if err != nil {
		return err
	}
	return report.failure()
}

// examinationTime limits all checks: they run at the same time.
const examinationTime = 10 * time.Second

// check examines one point. If it returns no ui.Verdict, it does not apply here and is
// not shown.
type check struct {
	name string
	look func(context.Context, *checkContext) finding
}

// checks returns all checks that apply, in the order in which they are shown: from git
// and this program to the server and the account there.
func (e *checkContext) checks() []check {
	all := checksOfMachine()
	if e.hasHost() {
		all = append(all, checksOfHost()...)
	}
	return all
}

func checksOfMachine() []check {
	return []check{
		{"git", checkGit},
		{"program", checkProgram},
		{"helpers", checkHelpers},
		{"remote", checkRemote},
		{"environment", checkEnvironment},
		{"state", checkState},
		{"keyring", checkKeyring},
		{"ssh", checkSSH},
	}
}

func checksOfHost() []check {
	return []check{
		{"settings", checkSettings},
		{"application", checkApplication},
		{"endpoints", checkEndpoints},
		{"redirect", checkRedirect},
		{"server", checkServer},
		{"clock", checkClock},
		{"client", checkClient},
		{"device", checkDevice},
		{"account", checkAccount},
		{"fleet", checkFleet},
		{"sign-in", checkSignIn},
	}
}

// runChecks runs checks at the same time and returns their findings in order.
func runChecks(ctx context.Context, e *checkContext, checks []check) []finding {
	all := make([]finding, len(checks))
	var running sync.WaitGroup
	for i, check := range checks {
		running.Go(func() { all[i] = check.run(ctx, e) })
	}
	running.Wait()
	var shown []finding
	for _, f := range all {
		if f.Verdict != "" {
			shown = append(shown, f)
		}
	}
	return shown
}

// run runs the check and adds its name. It also returns a finding if the check itself
// fails: the other findings must still be shown.
func (c check) run(ctx context.Context, e *checkContext) (f finding) {
	defer func() {
		if failure := recover(); failure != nil {
			f = finding{Verdict: ui.VerdictProblem, Message: fmt.Sprintf("this check itself failed: %v", failure)}
		}
		f.Check = c.name
	}()
	return c.look(ctx, e)
}
