//go:build !windows

package parts

import (
	"os"

	"golang.org/x/sys/unix"
)

// leaveTerminal takes the terminal from this process and from all that it will
// start (TIOCNOTTY, tty_ioctl(4)): doorkey would talk with the person there.
// Ctrl-C still ends the tests. A leader of a session keeps its terminal, as it
// would be told to hang up.
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
