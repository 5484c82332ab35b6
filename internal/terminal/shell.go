package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// shellTerminal is a terminal that only a shell can read: a terminal of MSYS or Cygwin,
// for Windows programs (mintty in Git Bash). git asks there in the same way
// (compat/terminal.c). The shell finds its terminal by stderr.
type shellTerminal struct {
	bash string // its path

	sizing        sync.Once
	columns, rows int
}

// The scripts that the shell runs. Each exits with exitNoTerminal if there is no
// terminal after all. The prompt is the first argument; input is hidden from the moment
// the prompt for a secret is shown.
const (
	readLineScript   = `: </dev/tty || exit 3; IFS= read -r line </dev/tty || exit 4; printf '%s\n' "$line"`
	readSecretScript = `: </dev/tty || exit 3; IFS= read -r -s -p "$1" line </dev/tty || exit 4; printf '%s\n' "$line"`
	showTypingScript = `stty echo </dev/tty`
	sizeScript       = `stty size </dev/tty`
)

// The exit codes of these scripts.
const (
	exitNoTerminal = 3
	exitNoLine     = 4 // Ctrl-D
)

var errNoShellTerminal = errors.New("bash cannot read from this terminal\nrun the command with winpty in front of it, or in Windows Terminal or PowerShell")

// readLine reads what the user types, until Enter or until ctx ends.
func (t *shellTerminal) readLine(ctx context.Context) (string, error) {
	return t.read(ctx, readLineScript, "")
}

// readSecret asks a question, and shows nothing of the answer.
func (t *shellTerminal) readSecret(ctx context.Context, question string) (string, error) {
	line, err := t.read(ctx, readSecretScript, question)
	if ctx.Err() != nil {
		// The shell was killed before it could do this.
		_ = t.command(context.WithoutCancel(ctx), showTypingScript).Run()
	}
	return line, err
}

func (t *shellTerminal) read(ctx context.Context, script, question string) (string, error) {
	output, err := t.command(ctx, script, question).Output()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err == nil:
		return strings.TrimSpace(string(output)), nil
	case ended && exit.ExitCode() == exitNoLine:
		return "", io.EOF
	case ended && exit.ExitCode() == exitNoTerminal:
		return "", errNoShellTerminal
	}
	return "", fmt.Errorf("cannot read from the terminal through bash: %v", err)
}

// size returns the number of columns and rows, 0 if unknown.
func (t *shellTerminal) size() (columns, rows int) {
	t.sizing.Do(func() {
		output, err := t.command(context.Background(), sizeScript).Output()
		if words := strings.Fields(string(output)); err == nil && len(words) == 2 {
			t.rows, _ = strconv.Atoi(words[0])
			t.columns, _ = strconv.Atoi(words[1])
		}
	})
	return t.columns, t.rows
}

func (t *shellTerminal) command(ctx context.Context, script string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, t.bash, append([]string{"--noprofile", "--norc", "-c", script, "doorkey"}, arguments...)...)
	command.Stderr = os.Stderr
	return command
}
