//go:build !windows

package terminal

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"git-credential-doorkey/internal/environment"
)

// findKeyboard opens the terminal that this process runs in, wherever its standard
// streams lead.
func (s *Screen) findKeyboard(io.Writer, environment.Environment) {
	if terminal, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0); err == nil {
		s.keyboard = terminal
	}
}

// terminalOutput returns where to write to the terminal that findKeyboard opened.
func terminalOutput(terminal *os.File) io.Writer { return terminal }

// interprets returns true: every terminal supports control sequences (ECMA-48).
func interprets(io.Writer) bool { return true }

func terminalSize(terminal *os.File) (columns, rows int) {
	size, err := unix.IoctlGetWinsize(int(terminal.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	return int(size.Col), int(size.Row)
}

// hideTyping hides what is typed, until showTyping is called (termios(3)).
func hideTyping(terminal *os.File) (showTyping func(), err error) {
	keyboard := int(terminal.Fd())
	before, err := unix.IoctlGetTermios(keyboard, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	return func() { unix.IoctlSetTermios(keyboard, setTermios, before) }, unix.IoctlSetTermios(keyboard, setTermios, &hidden)
}

// readsLines reports whether the terminal returns whole lines (termios(3)).
func readsLines(terminal *os.File) bool {
	mode, err := unix.IoctlGetTermios(int(terminal.Fd()), getTermios)
	return err == nil && mode.Lflag&unix.ICANON != 0
}

// isGone reports whether a terminal has hung up.
func isGone(terminal *os.File) bool {
	_, err := unix.IoctlGetTermios(int(terminal.Fd()), getTermios)
	return errors.Is(err, unix.EIO)
}

// inForeground reports whether this process's group is the one that the terminal reads
// input for (tcgetpgrp(3)).
func inForeground(terminal *os.File) bool {
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
