package terminal

import (
	"strings"

	"git-credential-doorkey/internal/environment"
)

// keyboard is how the person's answers are read.
type keyboard int

// The keyboards.
const (
	noKeyboard      keyboard = iota
	consoleKeyboard          // that of the console (CONIN$)
	shellKeyboard            // /dev/tty of MSYS or Cygwin, through a shell, as git reads it
)

// stream is what a standard stream leads to.
type stream int

// The streams.
const (
	otherStream   stream = iota // a pipe or a file: somebody has captured it
	consoleStream               // the console
	ptyStream                   // a terminal of MSYS or Cygwin (mintty): for programs of Windows a pipe
)

// window is what the person sees of the console.
type window int

// The windows.
const (
	noWindow       window = iota // the console was made without one, or there is no console
	hiddenWindow                 // nobody sees it: an editor started git so, or mintty did
	visibleWindow                // the console's own
	terminalWindow               // that of another program, which shows the console (Windows Terminal)
)

// windowsSigns are what the keyboard is chosen by on Windows.
type windowsSigns struct {
	stderr     stream
	window     window
	inTerminal bool // a variable names the program that shows the console
	shell      bool // there is a bash of MSYS or Cygwin
}

// keyboard chooses where the person who sees the prompts types.
//
// Behind mintty there is a hidden console, in which nobody types: only programs of
// MSYS can read what is typed there, and they find their terminal by stderr. A
// hidden console with a program that shows what is in it (winpty, ConEmu) is as good
// as a window. One that an editor has started git in is not, and an editor captures
// stderr.
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

// whyNone returns the reason why nobody can type, and the way out; "" where there is
// nothing to explain.
func (s windowsSigns) whyNone() string {
	if s.stderr != ptyStream || s.keyboard() != noKeyboard {
		return ""
	}
	return "this terminal does not pass your input to doorkey, and bash, which could read it, is not on PATH\n" +
		"run the command with winpty in front of it, or in Windows Terminal or PowerShell"
}

// isInTerminal reports whether a variable names the program that shows a console
// whose own window is hidden. An editor's children may inherit it.
func isInTerminal(where environment.Environment) bool {
	for _, variable := range []string{"MSYSTEM", "TERM", "TERM_PROGRAM", "TERMINAL_EMULATOR", "WT_SESSION", "ConEmuPID"} {
		if where.Variable(variable) != "" {
			return true
		}
	}
	return where.IsSSH()
}

// isShellOfMSYS reports whether a bash on PATH may be one that can read a terminal of
// MSYS. The one that Windows has, in these directories, starts WSL.
func isShellOfMSYS(path, windowsDirectory string) bool {
	path = strings.ToLower(strings.ReplaceAll(path, "/", `\`))
	return path != "" && !strings.HasPrefix(path, strings.ToLower(windowsDirectory)+`\`) && !strings.Contains(path, `\windowsapps\`)
}
