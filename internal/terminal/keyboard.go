package terminal

import (
	"strings"

	"git-credential-doorkey/internal/environment"
)

// keyboard is how the user's answers are read.
type keyboard int

// The keyboards.
const (
	noKeyboard      keyboard = iota
	consoleKeyboard          // the console's (CONIN$)
	shellKeyboard            // /dev/tty of MSYS or Cygwin, through a shell, as git reads it
)

// stream is where a standard stream leads.
type stream int

// The streams.
const (
	otherStream   stream = iota // a pipe or a file: another program captures it
	consoleStream               // the console
	ptyStream                   // a terminal of MSYS or Cygwin (mintty): a pipe for Windows programs
)

// window is what the user sees of the console.
type window int

// The windows.
const (
	noWindow       window = iota // the console has no window, or there is no console
	hiddenWindow                 // nobody sees it: an editor or mintty started git like this
	visibleWindow                // the console's own window
	terminalWindow               // the window of another program that shows the console (Windows Terminal)
)

// windowsSigns decide which keyboard is used on Windows.
type windowsSigns struct {
	stderr     stream
	window     window
	inTerminal bool // a variable names the program that shows the console
	shell      bool // there is a bash from MSYS or Cygwin
}

// keyboard chooses where the user who sees the prompts types.
//
// Behind mintty there is a hidden console, in which nobody types: only MSYS programs can
// read the input, and they find their terminal by stderr. A hidden console with a
// program that shows its content (winpty, ConEmu) is as good as a window. A console in
// which an editor started git is not, and an editor captures stderr.
func (s windowsSigns) keyboard() keyboard {
	switch {
	case s.stderr == ptyStream && s.shell:
		return shellKeyboard
	case s.stderr == ptyStream:
		return noKeyboard
	case s.window == visibleWindow, s.window == terminalWindow:
		return consoleKeyboard
	case s.stderr == consoleStream && s.inTerminal:
		return consoleKeyboard
	}
	return noKeyboard
}

// isUnseen reports whether stderr is a console that nobody sees: a hidden script started
// git and captures nothing.
func (s windowsSigns) isUnseen() bool {
	return s.stderr == consoleStream && s.keyboard() == noKeyboard
}

// whyNone returns why nobody can type, and what to do; "" if there is nothing to
// explain.
func (s windowsSigns) whyNone() string {
	if s.stderr != ptyStream || s.keyboard() != noKeyboard {
		return ""
	}
	return "this terminal does not pass your input to doorkey, and bash, which could read it, is not on PATH\n" +
		"run the command with winpty in front of it, or in Windows Terminal or PowerShell"
}

// isInTerminal reports whether a variable names the program that shows a console whose
// own window is hidden. Children of an editor may inherit it.
func isInTerminal(where environment.Environment) bool {
	for _, variable := range []string{"MSYSTEM", "TERM", "TERM_PROGRAM", "TERMINAL_EMULATOR", "WT_SESSION", "ConEmuPID"} {
		if where.Variable(variable) != "" {
			return true
		}
	}
	return where.IsSSH()
}

// isShellOfMSYS reports whether a bash on PATH may be one that can read an MSYS
// terminal. The one that Windows has in these directories starts WSL.
func isShellOfMSYS(path, windowsDirectory string) bool {
	path = strings.ToLower(strings.ReplaceAll(path, "/", `\`))
	return path != "" && !strings.HasPrefix(path, strings.ToLower(windowsDirectory)+`\`) && !strings.Contains(path, `\windowsapps\`)
}
