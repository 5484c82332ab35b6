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

// ErrNoCredential means that no helper returned an answer, and none said why.
var ErrNoCredential = errors.New("no credential helper returned it")

// Fill lets git's credential helpers answer a question ("git credential fill"), as they
// are configured outside of repositories. It never asks the user: without an answer it
// returns ErrNoCredential, or the first complaint of a helper. Question and answer are lines
// of git's credential protocol; the answer contains the password.
func Fill(ctx context.Context, question string) (answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, fillTime)
	defer cancel()
	command := exec.CommandContext(ctx, "git", "credential", "fill")
	// An empty GIT_ASKPASS means no program at all, whatever core.askPass and
	// SSH_ASKPASS say. doorkey may be among the helpers. LANGUAGE makes git's own
	// messages readable for this program; LC_ALL would also change the characters of the
	// helpers' output.
	command.Env = append(neutral(os.Environ()), "LANGUAGE=C", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "DOORKEY_INTERACTIVE=0", "GCM_INTERACTIVE=never")
	command.Stdin = strings.NewReader(question)
	answer, err = run(ctx, command)
	if failure, ran := errors.AsType[*RunError](err); ran {
		if failure.First == "" || strings.HasPrefix(failure.First, "fatal: ") {
			return nil, ErrNoCredential
		}
		return nil, errors.New(failure.First)
	}
	return answer, err
}
