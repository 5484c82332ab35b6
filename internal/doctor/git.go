package doctor

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// checkGit examines what this git supports.
func checkGit(_ context.Context, e *checkContext) finding {
	version, err := e.git()
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	return judgeGit(version)
}

func judgeGit(version gitconfig.Version) finding {
	const (
		wwwauth  = "\ngit 2.41 and newer pass on how a server identifies itself, so doorkey recognizes a GitLab under any name"
		recovery = "\nwith git 2.46 and newer, doorkey replaces a revoked token within the same command"
	)
	switch {
	case !version.AtLeast(2, 26):
		return newFinding(ui.VerdictProblem, "%v is too old\ndoorkey needs git 2.26 or newer for install and doctor", version)
	case !version.AtLeast(2, 41):
		return newFinding(ui.VerdictNote, "%v works; newer versions can do more"+wwwauth+recovery, version)
	case !version.AtLeast(2, 46):
		return newFinding(ui.VerdictNote, "%v works; newer versions can do more"+recovery, version)
	}
	return newFinding(ui.VerdictOK, "%v", version)
}

// checkProgram finds out whether git runs this program.
func checkProgram(ctx context.Context, e *checkContext) finding {
	this, err := os.Executable()
	if err != nil {
		return newFinding(ui.VerdictWarning, "cannot find the path of this program: %v", err)
	}
	if chain, err := e.chain(); err == nil {
		for _, helper := range chain {
			if path := namedProgram(helper); path != "" {
				return judgeProgram(path, this, e.Config.Environment.Version)
			}
		}
	}
	path, err := exec.LookPath(environment.ProgramName)
	if err != nil {
		return newFinding(ui.VerdictProblem, "%s is not on PATH, so git cannot find it\nput it in a directory on PATH\nor, to let git run it from its current directory, run: %s install", environment.ProgramName, commandOf(this))
	}
	return judgePlace(judgeProgram(path, this, e.Config.Environment.Version), path, install.IsEverywhere(ctx, filepath.Dir(path)))
}

// judgePlace finds a program that git does not find everywhere.
func judgePlace(f finding, path string, isEverywhere bool) finding {
	if isEverywhere || f.Verdict != ui.VerdictOK {
		return f
	}
	return f.with(ui.VerdictNote, "programs started from a desktop may have a different PATH, without \"%s\"\nto store the full path in git's configuration, run: git credential-doorkey install", filepath.Dir(path))
}

// namedProgram returns the path of doorkey in a helper; "" if git searches PATH, or if
// the path is in a shell snippet.
func namedProgram(helper install.Helper) string {
	path, _, _ := strings.Cut(helper.Value, " ")
	if !helper.Doorkey || !filepath.IsAbs(path) {
		return ""
	}
	return path
}

// commandOf returns how to run a program by its path, in a shell of any system.
func commandOf(path string) string { return terminal.ShellWord(filepath.ToSlash(path)) }

func judgeProgram(runs, this, version string) finding {
	there, err := os.Stat(runs)
	if err != nil {
		return newFinding(ui.VerdictProblem, "git cannot run \"%s\": %v\nto let git run this program, run: %s install", runs, err, commandOf(this))
	}
	here, err := os.Stat(this)
	if err != nil || !os.SameFile(there, here) {
		return newFinding(ui.VerdictWarning, "git runs \"%s\", but this program is \"%s\"\nremove one of them\nor, to let git run this one, run: %s install", runs, this, commandOf(this))
	}
	return newFinding(ui.VerdictOK, "%s, %s", runs, version)
}
