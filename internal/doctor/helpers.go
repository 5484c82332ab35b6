package doctor

import (
	"context"
	"slices"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/ui"
)

// checkHelpers examines which helpers git asks and passes tokens to.
func checkHelpers(ctx context.Context, e *checkContext) finding {
	chain, err := e.chain()
	if err != nil {
		return newFinding(ui.VerdictProblem, "git's configuration: %v", err)
	}
	if home := slices.IndexFunc(chain, e.asksHome); home >= 0 {
		return judgeHome(chain, home)
	}
	if !e.hasHost() {
		return judgeHelpersOfAll(chain)
	}
	return judgeHelpers(chain, helper.HidesTokens(ctx))
}

// judgeHome judges the helpers beside the one that asks the doorkey at home: each is
// given the tokens, and would store them on this machine.
func judgeHome(chain []install.Helper, home int) finding {
	f := newFinding(ui.VerdictOK, "git asks the doorkey on your computer, over ssh")
	for i, helper := range chain {
		if i != home {
			f = f.with(ui.VerdictWarning, "%s\n%s", install.StillAsked(helper.Entry, false), wayOut(helper.Entry))
		}
	}
	return f
}

// judgeHelpersOfAll judges the helpers that git asks for all hosts. Helpers for one host
// are judged when its URL is given.
func judgeHelpersOfAll(chain []install.Helper) finding {
	everywhere := slices.DeleteFunc(slices.Clone(chain), func(helper install.Helper) bool { return helper.Key != "credential.helper" })
	if install.AsksDoorkey(chain) && !install.AsksDoorkey(everywhere) {
		return newFinding(ui.VerdictNote, "git asks doorkey only for some hosts; pass the URL of one to check it")
	}
	return judgeHelpers(everywhere, false)
}

// judgeHelpers finds the helpers that may store a token. Hidden means that helpers after
// doorkey get none.
func judgeHelpers(chain []install.Helper, hidden bool) finding {
	own := slices.DeleteFunc(slices.Clone(chain), func(helper install.Helper) bool { return !helper.Doorkey })
	switch {
	case len(own) == 0 && len(chain) == 0:
		return newFinding(ui.VerdictProblem, "git asks no credential helper\nrun: git credential-doorkey install")
	case len(own) == 0 && slices.ContainsFunc(chain, isMisspelt):
		return newFinding(ui.VerdictProblem, "git does not ask doorkey but %s: git adds git-credential- in front of a name that is not an absolute path, and finds no such command\nrun: git credential-doorkey install", namesOf(chain))
	case len(own) == 0:
		return newFinding(ui.VerdictProblem, "git does not ask doorkey but %s\nrun: git credential-doorkey install", namesOf(chain))
	}
	f := newFinding(ui.VerdictOK, "git asks doorkey (%s)", placeOf(own[0].Entry))
	if len(own) == len(chain) {
		f.Message = strings.Replace(f.Message, "doorkey", "only doorkey", 1)
	}
	for _, helper := range chain {
		if !helper.Doorkey {
			f = judgeOther(f, helper, hidden)
		}
	}
	for _, twice := range own[1:] {
		f = f.with(ui.VerdictWarning, "git asks doorkey twice, the second time because of %s; remove that entry", placeOf(twice.Entry))
	}
	return f
}

func isMisspelt(helper install.Helper) bool { return install.IsMisspelt(helper.Entry) }

// judgeOther judges another helper: it gets each token; one that git asks first may
// return an old token.
func judgeOther(f finding, helper install.Helper, hidden bool) finding {
	if helper.Before {
		return f.with(ui.VerdictProblem, "git asks another helper before doorkey and also passes it the tokens: %s\n%s", install.HelperName(helper.Entry), wayOut(helper.Entry))
	}
	return f.with(ui.SeverityOfOtherHelper(hidden), "%s\n%s", install.StillAsked(helper.Entry, hidden), wayOut(helper.Entry))
}

// wayOut says how to remove a helper. Install resets what git reads before its lines.
func wayOut(entry gitconfig.Entry) string {
	switch {
	case entry.IsOfRepository():
		return "it is set in the repository's configuration, which git reads last; remove it there"
	case entry.Scope == "command":
		return "it is set on the command line or in the environment; remove it there"
	}
	return "run: git credential-doorkey install"
}

func namesOf(chain []install.Helper) string {
	var names []string
	for _, helper := range chain {
		names = append(names, install.HelperName(helper.Entry))
	}
	return strings.Join(names, ", ")
}
