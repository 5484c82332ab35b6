package terminal

import (
	"io"
	"os"
	"os/exec"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/windows"

	"git-credential-doorkey/internal/environment"
)

// findKeyboard opens the keyboard of the console that this process runs in, wherever
// its standard streams lead, if that is where the person types.
func (s *Screen) findKeyboard(stderr io.Writer, where environment.Environment) {
	bash, _ := exec.LookPath("bash")
	signs := windowsSigns{
		stderr: streamOf(stderr), window: consoleWindow(), inTerminal: isInTerminal(where),
		shell: isShellOfMSYS(bash, where.Variable("SystemRoot")),
	}
	s.whyNone = signs.whyNone()
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

// pseudoConsole is the class of the window that stands for the one of another program,
// such as Windows Terminal. It may be invisible.
const pseudoConsole = "PseudoConsoleWindow"

// consoleWindow finds out what the person sees of this process's console.
func consoleWindow() window {
	handle, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetConsoleWindow").Call()
	if handle == 0 {
		return noWindow
	}
	var class [64]uint16
	// A window of another desktop has no class that can be seen.
	length, _ := windows.GetClassName(windows.HWND(handle), &class[0], int32(len(class)))
	switch {
	case windows.UTF16ToString(class[:max(0, length)]) == pseudoConsole:
		return terminalWindow
	case windows.IsWindowVisible(windows.HWND(handle)):
		return visibleWindow
	}
	return hiddenWindow
}

// terminalOutput is the screen that belongs to the keyboard.
func terminalOutput(*os.File) io.Writer {
	screen, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return io.Discard
	}
	return screen
}

// showsColours has a console understand the colours of ECMA-48, which not every
// one does unless it is told to, and reports whether it will. A terminal that is
// no console (Cygwin's, MSYS's) does by itself.
func showsColours(out io.Writer) bool {
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

// hideTyping has the console show nothing of what is typed, until showTyping.
func hideTyping(terminal *os.File) (showTyping func(), err error) {
	keyboard := windows.Handle(terminal.Fd())
	var before uint32
	if err := windows.GetConsoleMode(keyboard, &before); err != nil {
		return nil, err
	}
	hidden := before&^windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT
	return func() { windows.SetConsoleMode(keyboard, before) }, windows.SetConsoleMode(keyboard, hidden)
}

// readsLines reports whether the console gives whole lines to read.
func readsLines(terminal *os.File) bool {
	var mode uint32
	err := windows.GetConsoleMode(windows.Handle(terminal.Fd()), &mode)
	return err == nil && mode&windows.ENABLE_LINE_INPUT != 0
}

// isGone: a console that is closed ends its processes.
func isGone(*os.File) bool { return false }

// inForeground: Windows has no background groups in a console.
func inForeground(*os.File) bool { return true }
