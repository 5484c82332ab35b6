package forward

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"git-credential-doorkey/internal/helper"
)

// confirmation asks the user here before git on another machine gets the first token for a
// host. It asks as ssh-agent does (ssh-add -c), with the program in SSH_ASKPASS, because
// the session uses the terminal.
type confirmation struct {
	program     string
	destination string
	mutex       sync.Mutex // one question at a time
	answers     map[string]bool
}

// newConfirmation finds the program that asks. It returns nil, which allows every host, if
// the user does not want to be asked.
func newConfirmation(h *helper.Helper, wanted bool, destination string) (*confirmation, error) {
	if !wanted {
		return nil, nil
	}
	program, err := exec.LookPath(cmp.Or(h.Config.Environment.Variable("SSH_ASKPASS"), "ssh-askpass"))
	if err != nil {
		return nil, errors.New("no program can ask you to confirm: SSH_ASKPASS names none, and ssh-askpass is not on PATH\ninstall one (Debian: apt-get install ssh-askpass; on Windows, set SSH_ASKPASS to git-askpass.exe of Git for Windows), or leave out --confirm")
	}
	return &confirmation{program: program, destination: destination, answers: make(map[string]bool)}, nil
}

// allows reports whether the user allows a host. It asks once for each host.
func (c *confirmation) allows(ctx context.Context, origin string) bool {
	if c == nil {
		return true
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	answer, known := c.answers[origin]
	if !known {
		answer = c.ask(ctx, origin)
		c.answers[origin] = answer
	}
	return answer
}

// ask runs the program. The exit code says whether the user agrees. A program that does not
// support SSH_ASKPASS_PROMPT asks for a text, which has to be empty or "yes".
func (c *confirmation) ask(ctx context.Context, origin string) bool {
	question := fmt.Sprintf("doorkey: may git on %s use your sign-in to %s?", c.destination, origin)
	program := exec.CommandContext(ctx, c.program, question)
	program.Env = append(os.Environ(), "SSH_ASKPASS_PROMPT=confirm")
	output, err := program.Output()
	text := strings.TrimSpace(string(output))
	return err == nil && (text == "" || strings.EqualFold(text, "yes"))
}
