package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
)

// checkGit looks at what this git can do.
func checkGit(_ context.Context, e *examination) finding {
	version, err := e.git()
	if err != nil {
		return newFinding(verdictProblem, "%v", err)
	}
	return judgeGit(version)
}

func judgeGit(version gitconfig.Version) finding {
	const (
		wwwauth  = "\nfrom 2.41 on, git says how a server introduces itself: a GitLab is known under any name"
		recovery = "\nfrom 2.46 on, a token that the server has revoked is replaced inside the same command"
	)
	switch {
	case !version.AtLeast(2, 26):
		return newFinding(verdictProblem, "%v is too old\ninstall and doctor need git 2.26 or newer", version)
	case !version.AtLeast(2, 41):
		return newFinding(verdictNote, "%v works, a newer one can do more"+wwwauth+recovery, version)
	case !version.AtLeast(2, 46):
		return newFinding(verdictNote, "%v works, a newer one can do more"+recovery, version)
	}
	return newFinding(verdictOK, "%v", version)
}

// checkProgram finds out whether git runs this very program.
func checkProgram(ctx context.Context, e *examination) finding {
	this, err := os.Executable()
	if err != nil {
		return newFinding(verdictWarning, "where this program is cannot be found out: %v", err)
	}
	if chain, err := e.chain(); err == nil {
		for _, helper := range chain {
			if path := namedProgram(helper); path != "" {
				return judgeProgram(path, this)
			}
		}
	}
	path, err := exec.LookPath(programName)
	if err != nil {
		return newFinding(verdictProblem, "%s is not on PATH, so git does not find it\nput it into a directory on PATH\nor, to have git run it from where it is, run: %s install", programName, commandOf(this))
	}
	return judgePlace(judgeProgram(path, this), path, install.IsEverywhere(ctx, filepath.Dir(path)))
}

// judgePlace finds a program that git does not find from everywhere.
func judgePlace(f finding, path string, isEverywhere bool) finding {
	if isEverywhere || f.Verdict != verdictOK {
		return f
	}
	return f.with(verdictNote, "a program that is started from a desktop may have another PATH, without \"%s\"\nto write the whole path, run: git credential-doorkey install", filepath.Dir(path))
}

// namedProgram is the path by which a helper names doorkey; "" where git looks on
// PATH, or where it is in a shell snippet.
func namedProgram(helper install.Helper) string {
	path, _, _ := strings.Cut(helper.Value, " ")
	if !helper.Doorkey || !filepath.IsAbs(path) {
		return ""
	}
	return path
}

// commandOf is how to run a program by its path, in a shell of any system.
func commandOf(path string) string { return shellWord(filepath.ToSlash(path)) }

func judgeProgram(runs, this string) finding {
	there, err := os.Stat(runs)
	if err != nil {
		return newFinding(verdictProblem, "git is to run \"%s\", and cannot: %v\nto have git run this program, run: %s install", runs, err, commandOf(this))
	}
	here, err := os.Stat(this)
	if err != nil || !os.SameFile(there, here) {
		return newFinding(verdictWarning, "git runs \"%s\", and this is another program, \"%s\"\nremove one of them\nor, to have git run this one, run: %s install", runs, this, commandOf(this))
	}
	return newFinding(verdictOK, "%s, %s", runs, programVersion())
}
