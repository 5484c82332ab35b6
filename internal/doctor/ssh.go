package doctor

import (
	"context"
	"os/exec"
	"slices"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/session"
	"git-credential-doorkey/internal/ui"
)

// checkSSH finds out who answers git, on a machine that the user logged in to with "git
// credential-doorkey ssh". On other machines, it finds out whether ssh can forward at all.
func checkSSH(ctx context.Context, e *checkContext) finding {
	if directory := session.AskDirectory(e.Config.Environment.Variable); directory != "" {
		return checkHome(ctx, e, directory)
	}
	program, err := exec.LookPath("ssh")
	if err != nil {
		return finding{} // without ssh, there is nothing to report
	}
	output, err := exec.CommandContext(ctx, program, "-V").CombinedOutput()
	return judgeSSH(strings.TrimSpace(string(output)), err, len(session.List(e.Cache.Directory)))
}

// judgeSSH judges the output of "ssh -V". OpenSSH forwards Unix sockets since 6.7.
// Windows has an OpenSSH of its own.
func judgeSSH(version string, err error, open int) finding {
	parsed, unknown := gitconfig.ParseVersion("OpenSSH_", strings.Replace(version, "_for_Windows_", "_", 1))
	switch {
	case err != nil:
		return newFinding(ui.VerdictNote, "ssh cannot be run, so doorkey cannot forward your sign-in to another machine: %v", err)
	case unknown != nil || !parsed.AtLeast(6, 7):
		return newFinding(ui.VerdictNote, "%s cannot forward your sign-in to another machine; that needs OpenSSH 6.7 or newer", version)
	case open > 0:
		return newFinding(ui.VerdictOK, "%d open sessions in which git on another machine may ask here; see: git credential-doorkey status", open)
	}
	return newFinding(ui.VerdictOK, "git on a machine that you log in to can ask here: git credential-doorkey ssh DESTINATION")
}

// checkHome asks the doorkey on the user's own computer for its name and version, and
// whether it answers for the host.
func checkHome(ctx context.Context, e *checkContext, directory string) finding {
	there, err := session.Find(directory)
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	home, err := there.About(ctx)
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	if !e.hasHost() {
		return newFinding(ui.VerdictOK, "%s answers git here", home)
	}
	may, err := there.MayAsk(ctx, e.target.Origin)
	switch {
	case err != nil:
		return newFinding(ui.VerdictProblem, "%v", err)
	case !may:
		return newFinding(ui.VerdictProblem, "%s does not answer for %s\non your computer, run: git credential-doorkey login %[2]s", home, e.target.Origin)
	}
	return newFinding(ui.VerdictOK, "%s answers git here for %s", home, e.target.Origin)
}

// asksHome reports whether a helper is the one that asks the doorkey at home.
func (e *checkContext) asksHome(helper install.Helper) bool {
	directory := session.AskDirectory(e.Config.Environment.Variable)
	return directory != "" && slices.Contains([]string{"!sh " + directory + "/ask", "!sh ~/.doorkey/ask"}, helper.Entry.Value)
}
