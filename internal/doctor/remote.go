package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// checkRemote looks at the URL that git goes to, and what it will ask for it.
func checkRemote(ctx context.Context, e *checkContext) finding {
	switch {
	case e.address == "":
		return newFinding(ui.VerdictNote, "no URL was given, and no repository with a remote is here\nonly what needs no host is checked; to have all checked, give the URL of a host")
	case !gitconfig.IsHTTP(e.address) && e.given != "":
		return newFinding(ui.VerdictProblem, "git goes to %q instead, where it asks no helper (url.<base>.insteadOf)\ntake that setting out, or go on with SSH", secret.HideIn(e.address))
	case !gitconfig.IsHTTP(e.address):
		if remote, is, err := gitconfig.RemoteOverSSH(ctx); err == nil && is {
			if advice := command.AdviceOnSSH(remote); advice != "" {
				return newFinding(ui.VerdictWarning, "%s\nto check the host itself, run: git credential-doorkey doctor %s", advice, remote.Base())
			}
		}
		return newFinding(ui.VerdictNote, "%q is not reached over https, so that git asks no helper", secret.HideIn(e.address))
	case e.refusal != nil:
		return newFinding(ui.VerdictProblem, "%s", problemOf(e.refusal))
	}
	f := newFinding(ui.VerdictOK, "%s", e.shown())
	if e.hasToken {
		f = f.with(ui.VerdictProblem, "the user name in the URL is an access token, for which doorkey does not answer: take it out (git remote set-url), and revoke it")
	}
	if e.given != "" && e.given != e.address && !e.hasToken {
		f = f.with(ui.VerdictNote, "git goes there instead of to what was given (url.<base>.insteadOf)")
	}
	heard, err := e.heard()
	if err != nil {
		return newFinding(ui.VerdictProblem, "git's configuration: %v", err)
	}
	f = judgeUsername(f, e.target, heard["username"])
	if !gitconfig.IsFalse(heard["usehttppath"]) {
		f = f.with(ui.VerdictNote, "credential.useHttpPath is set: a password is kept for each path, while one sign-in serves the whole host")
	}
	return judgePush(f, e)
}

// problemOf is an error about a URL without the advice for who typed it.
func problemOf(err error) string {
	var usage ui.UsageError
	if errors.As(err, &usage) {
		return usage.Problem + "\ngive the remote an https URL without a password: git remote set-url; and see url.<base>.insteadOf"
	}
	return err.Error()
}

// judgeUsername says which account a user name means.
func judgeUsername(f finding, at command.Target, configured string) finding {
	switch {
	case at.Label == "" && secret.IsTokenName(configured):
		return f.with(ui.VerdictProblem, "credential.username is an access token, for which doorkey does not answer: take it out, and revoke it")
	case len(at.Label) >= secret.ShortestToken:
		return f.with(ui.VerdictWarning, "the user name in the URL looks like a token: take it out, and revoke it if others may have seen it")
	case at.Label != "" && at.Label != "oauth2":
		return f.with(ui.VerdictNote, "the user name %q in the URL is the label of an account of its own; with curl 8.23 git loses it\nbetter take it out of the URL, and run: git config credential.%s.username %s",
			at.Label, at.Origin, terminal.ShellWord(terminal.Printable(at.Label)))
	case at.Label == "" && configured != "":
		return f.with(ui.VerdictNote, "credential.username is %q: that is the label of an account of its own", configured)
	}
	return f
}

// judgePush finds pushes that go elsewhere.
func judgePush(f finding, e *checkContext) finding {
	entries, err := e.entries()
	if err != nil {
		return f
	}
	for _, entry := range entries {
		base := strings.TrimSuffix(strings.TrimPrefix(entry.Key, "url."), ".pushinsteadof")
		if isSetting(entry, "url", "pushinsteadof") && strings.HasPrefix(e.address, entry.Value) && !gitconfig.IsHTTP(base) {
			return f.with(ui.VerdictNote, "pushes go to %q instead, where git asks no helper (url.<base>.pushInsteadOf in %s)", secret.HideIn(base), placeOf(entry))
		}
	}
	return f
}

// checkEnvironment lists what the environment changes.
func checkEnvironment(_ context.Context, e *checkContext) finding {
	return judgeEnvironment(os.Environ())
}

func judgeEnvironment(environment []string) finding {
	f := finding{Verdict: ui.VerdictOK}
	known := make(map[string]bool)
	for _, variable := range manual.Variables() {
		known[variable.Name] = true
	}
	var set []string
	for _, variable := range slices.Sorted(slices.Values(environment)) {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "DOORKEY_") && (name != "GIT_TERMINAL_PROMPT" || !gitconfig.IsFalse(value)) {
			continue
		}
		if _, err := settings.ParseFlow(name, value); name == "DOORKEY_FLOW" && err != nil {
			f = f.with(ui.VerdictProblem, "%v", err)
		}
		if !known[name] {
			f = f.with(ui.VerdictWarning, "%s is no variable that doorkey knows: is it misspelt?", name)
		}
		if !known[name] || name == settings.ClientSecretVariable {
			value = "…" // a report is shown to others
		}
		set = append(set, fmt.Sprintf("%s=%s", name, value))
	}
	if len(set) == 0 {
		return finding{}
	}
	f.Message = strings.Join(set, ", ")
	return f
}
