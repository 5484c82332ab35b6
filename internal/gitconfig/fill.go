package gitconfig

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

// fillTime is how long git's helpers may take to find a credential: a keyring
// may have to be unlocked.
const fillTime = time.Minute

// ErrNotKept: no helper knows an answer, and none has said why.
var ErrNotKept = errors.New("no credential helper returned it")

// Fill has git's credential helpers answer a question ("git credential fill"),
// as they are configured outside of repositories. Nobody is asked: what no
// helper knows is ErrNotKept, or else what the first of them to complain has
// said. Question and answer are lines of git's credential protocol; the answer
// has the password in it.
func Fill(ctx context.Context, question string) (answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, fillTime)
	defer cancel()
	command := exec.CommandContext(ctx, "git", "credential", "fill")
	// An empty GIT_ASKPASS stands for no program at all, whatever core.askPass
	// and SSH_ASKPASS say. doorkey may be among the helpers.
	// The words of git are read, and those of helpers are their own, in whatever
	// characters: LANGUAGE is the language alone, where LC_ALL would change these, too.
	command.Env = append(neutral(os.Environ()), "LANGUAGE=C", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "DOORKEY_INTERACTIVE=0", "GCM_INTERACTIVE=never")
	command.Stdin = strings.NewReader(question)
	answer, err = run(ctx, command)
	if failure, ran := errors.AsType[*RunError](err); ran {
		if failure.First == "" || strings.HasPrefix(failure.First, "fatal: ") {
			return nil, ErrNotKept
		}
		return nil, errors.New(failure.First)
	}
	return answer, err
}
