package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The size of the terminal. The whole session fits on the screen.
const (
	columns = 100
	rows    = 120
)

// prompt is the shell's prompt, and ready is the end of a screen on which the shell waits.
const (
	prompt = "$ "
	ready  = `\n\$ $`
)

// patience is how long a line of the session may take.
const patience = time.Minute

// terminal is a real terminal, tmux, with a shell in it.
type terminal struct {
	socket      string
	environment []string
}

// startTerminal starts a shell in a terminal, in the directory home.
func startTerminal(ctx context.Context, directory, home string, environment []string) (*terminal, error) {
	t := &terminal{filepath.Join(directory, "tmux"), environment}
	if _, err := t.tmux(ctx, "-f", "/dev/null", "new-session", "-d", "-c", home, "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), "sh"); err != nil {
		return nil, err
	}
	_, err := t.shows(ctx, `^\$ $`)
	return t, err
}

// close stops the terminal and everything that runs in it.
func (t *terminal) close() error {
	_, err := t.tmux(context.Background(), "kill-server")
	return err
}

func (t *terminal) tmux(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-S", t.socket}, args...)...)
	command.Env = t.environment
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %v: %s", strings.Join(args, " "), err, output)
	}
	return string(output), nil
}

// run types a line, and returns the screen that matches the pattern.
func (t *terminal) run(ctx context.Context, line, pattern string) (screen string, err error) {
	if _, err := t.tmux(ctx, "send-keys", "-l", line); err != nil {
		return "", err
	}
	if _, err := t.shows(ctx, regexp.QuoteMeta(line[len(line)-1:])+`\s*$`); err != nil {
		return "", err
	}
	if _, err := t.tmux(ctx, "send-keys", "Enter"); err != nil {
		return "", err
	}
	return t.shows(ctx, pattern)
}

// shows waits for a screen whose text matches the pattern, and returns that screen
// with its escape sequences.
func (t *terminal) shows(ctx context.Context, pattern string) (screen string, err error) {
	wanted := regexp.MustCompile(pattern)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		screen, err = t.tmux(ctx, "capture-pane", "-p", "-e", "-N")
		if err != nil {
			return "", err
		}
		if wanted.MatchString(textOf(screen)) {
			return screen, nil
		}
	}
	return "", fmt.Errorf("the terminal does not show %q but:\n%s", pattern, textOf(screen))
}

// textOf returns the text on a screen, up to the last line that is not empty.
func textOf(screen string) string {
	text := escapes.ReplaceAllString(screen, "")
	lines := strings.Split(strings.TrimRight(text, " \n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n") + " "
}
