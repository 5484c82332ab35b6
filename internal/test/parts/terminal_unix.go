//go:build !windows

package parts

import (
	"os"

	"golang.org/x/sys/unix"
)

// leaveTerminal detaches this process and all processes that it will start from the
// terminal (TIOCNOTTY, tty_ioctl(4)): doorkey would ask the user there. Ctrl-C still
// stops the tests. A session leader stays attached, because otherwise it would get a
// hangup signal.
func leaveTerminal() error {
	if session, err := unix.Getsid(0); err != nil || session == os.Getpid() {
		return err
	}
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil // there is none
	}
	defer terminal.Close()
	return unix.IoctlSetInt(int(terminal.Fd()), unix.TIOCNOTTY, 0)
}
