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
		return newFinding(ui.VerdictNote, "no URL given, and this directory is not a clone with a remote\ndoctor ran only the checks that need no host; for all checks, pass the URL of a host")
	case !gitconfig.IsHTTP(e.address) && e.given != "":
		return newFinding(ui.VerdictProblem, "git goes to %q instead, where it asks no helper (url.<base>.insteadOf)\nremove that setting, or continue with SSH", secret.HideIn(e.address))
	case !gitconfig.IsHTTP(e.address):
		if remote, is, err := gitconfig.RemoteOverSSH(ctx); err == nil && is {
			if advice := command.AdviceOnSSH(remote); advice != "" {
				return newFinding(ui.VerdictWarning, "%s\nto check the host itself, run: git credential-doorkey doctor %s", advice, remote.Base())
			}
		}
		return newFinding(ui.VerdictNote, "%q does not use https, so git asks no credential helper", secret.HideIn(e.address))
	case e.refusal != nil:
		return newFinding(ui.VerdictProblem, "%s", problemOf(e.refusal))
	}
	f := newFinding(ui.VerdictOK, "%s", e.shown())
	if e.hasToken {
		f = f.with(ui.VerdictProblem, "the user name in the URL is an access token, which doorkey does not answer for; remove it (git remote set-url), and revoke it")
	}
	if e.given != "" && e.given != e.address && !e.hasToken {
		f = f.with(ui.VerdictNote, "git goes there instead of to what was given (url.<base>.insteadOf)")
	}
	values, err := e.gitValues()
	if err != nil {
		return newFinding(ui.VerdictProblem, "git's configuration: %v", err)
	}
	f = judgeUsername(f, e.target, values["username"])
	if !gitconfig.IsFalse(values["usehttppath"]) {
		f = f.with(ui.VerdictNote, "credential.useHttpPath is set: doorkey stores a password for each path, but one sign-in for the whole host")
	}
	return judgePush(f, e)
}

// problemOf is an error about a URL without the advice for who typed it.
func problemOf(err error) string {
	var usage ui.UsageError
	if errors.As(err, &usage) {
		return usage.Problem + "\nset an https URL without a password with git remote set-url, and check url.<base>.insteadOf"
	}
	return err.Error()
}

// judgeUsername says which account a user name means.
func judgeUsername(f finding, at command.Target, configured string) finding {
	switch {
	case at.Label == "" && secret.IsTokenName(configured):
		return f.with(ui.VerdictProblem, "credential.username is an access token, which doorkey does not answer for; remove it, and revoke it")
	case len(at.Label) >= secret.ShortestToken:
		return f.with(ui.VerdictWarning, "the user name in the URL looks like a token; remove it, and revoke it if others may have seen it")
	case at.Label != "" && at.Label != "oauth2":
		return f.with(ui.VerdictNote, "the user name %q in the URL selects a separate account; with curl 8.23, git loses it\nremove it from the URL, and run: git config credential.%s.username %s",
			at.Label, at.Origin, terminal.ShellWord(terminal.Printable(at.Label)))
	case at.Label == "" && configured != "":
		return f.with(ui.VerdictNote, "credential.username is %q, which selects a separate account", configured)
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
			return f.with(ui.VerdictNote, "pushes go to %q instead, where git asks no credential helper (url.<base>.pushInsteadOf in %s)", secret.HideIn(base), placeOf(entry))
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
			f = f.with(ui.VerdictWarning, "%s is not a doorkey variable; check the spelling", name)
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
