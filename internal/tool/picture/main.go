// Picture draws docs/terminal.svg, the picture in the README. It shows a real terminal
// in which a real doorkey talks to a practice GitLab.
//
//	go run ./internal/tool/picture
//
// It needs Linux, git, Go and tmux. A second run draws the same bytes: what differs
// from run to run is replaced in [fixed].
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"git-credential-doorkey/internal/test/parts"
)

// path is the picture's path in the repository.
const path = "docs/terminal.svg"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := write(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "picture: %v\n", err)
		os.Exit(1)
	}
}

// write draws the picture and replaces the file.
func write(ctx context.Context) error {
	repository, err := parts.FindRepository()
	if err != nil {
		return err
	}
	drawn, err := picture(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(repository, filepath.FromSlash(path)), []byte(drawn), 0o644)
}

// picture runs the session and draws it.
func picture(ctx context.Context) (string, error) {
	screen, err := play(ctx)
	if err != nil {
		return "", err
	}
	lines, err := read(fixed(screen))
	if err != nil {
		return "", err
	}
	return draw(lines), nil
}

// play runs the session in the practice environment, and returns the screen at its
// end, with the terminal's escape sequences.
func play(ctx context.Context) (screen string, err error) {
	s, err := newStage(ctx)
	if err != nil {
		return "", err
	}
	defer func() {
		if failure := s.clear(); err == nil {
			err = failure
		}
	}()
	return s.session(ctx)
}
