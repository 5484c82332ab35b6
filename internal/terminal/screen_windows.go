package terminal

import (
	"io"
	"os"
	"os/exec"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/windows"

	"git-credential-doorkey/internal/environment"
)

// findKeyboard opens the keyboard of the console that this process runs in, wherever its
// standard streams lead, if the user types there.
func (s *Screen) findKeyboard(stderr io.Writer, where environment.Environment) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		bash = "" // not the one in this directory, which a clone may contain
	}
	signs := windowsSigns{
		stderr: streamOf(stderr), window: consoleWindow(), inTerminal: isInTerminal(where),
		shell: isShellOfMSYS(bash, where.Variable("SystemRoot")),
	}
	s.whyNone = signs.whyNone()
	s.Terminal = s.Terminal && !signs.isUnseen()
	switch signs.keyboard() {
	case consoleKeyboard:
		if console, err := os.OpenFile("CONIN$", os.O_RDWR, 0); err == nil {
			s.keyboard = console
		}
	case shellKeyboard:
		s.shell = &shellTerminal{bash: bash}
	}
}

func streamOf(stderr io.Writer) stream {
	file, isFile := stderr.(*os.File)
	switch {
	case !isFile:
		return otherStream
	case isatty.IsTerminal(file.Fd()):
		return consoleStream
	case isatty.IsCygwinTerminal(file.Fd()):
		return ptyStream
	}
	return otherStream
}

// pseudoConsole is the class of the window that represents another program's, such as
// Windows Terminal's. It may be invisible.
const pseudoConsole = "PseudoConsoleWindow"

// consoleWindow finds out what the user sees of this process's console.
func consoleWindow() window {
	handle, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetConsoleWindow").Call()
	if handle == 0 {
		return noWindow
	}
	var class [64]uint16
	// The class of a window on another desktop cannot be read.
	length, _ := windows.GetClassName(windows.HWND(handle), &class[0], int32(len(class)))
	switch {
	case windows.UTF16ToString(class[:max(0, length)]) == pseudoConsole:
		return terminalWindow
	case windows.IsWindowVisible(windows.HWND(handle)):
		return visibleWindow
	}
	return hiddenWindow
}

// terminalOutput returns the screen that belongs to the keyboard.
func terminalOutput(*os.File) io.Writer {
	screen, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return io.Discard
	}
	return screen
}

// interprets turns on control sequences (ECMA-48) in a console, which some consoles
// require, and reports whether they work. A terminal that is not a console (Cygwin,
// MSYS) supports them anyway.
func interprets(out io.Writer) bool {
	file, isFile := out.(*os.File)
	if !isFile {
		return false
	}
	var mode uint32
	if windows.GetConsoleMode(windows.Handle(file.Fd()), &mode) != nil {
		return true
	}
	return windows.SetConsoleMode(windows.Handle(file.Fd()), mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

func terminalSize(*os.File) (columns, rows int) {
	screen, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return 0, 0
	}
	defer screen.Close()
	var info windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(windows.Handle(screen.Fd()), &info) != nil {
		return 0, 0
	}
	return int(info.Window.Right-info.Window.Left) + 1, int(info.Window.Bottom-info.Window.Top) + 1
}

// hideTyping hides what is typed, until showTyping is called.
func hideTyping(terminal *os.File) (showTyping func(), err error) {
	keyboard := windows.Handle(terminal.Fd())
	var before uint32
	if err := windows.GetConsoleMode(keyboard, &before); err != nil {
		return nil, err
	}
	hidden := before&^windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT
	return func() { windows.SetConsoleMode(keyboard, before) }, windows.SetConsoleMode(keyboard, hidden)
}

// readsLines reports whether the console returns whole lines.
func readsLines(terminal *os.File) bool {
	var mode uint32
	err := windows.GetConsoleMode(windows.Handle(terminal.Fd()), &mode)
	return err == nil && mode&windows.ENABLE_LINE_INPUT != 0
}

// isGone returns false: closing a console ends its processes.
func isGone(*os.File) bool { return false }

// inForeground returns true: a Windows console has no background groups.
func inForeground(*os.File) bool { return true }
