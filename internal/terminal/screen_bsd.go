//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package terminal

import "golang.org/x/sys/unix"

// The calls of tcgetattr(3) and tcsetattr(3).
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)
