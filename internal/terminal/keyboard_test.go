package terminal

import (
	"testing"

	"git-credential-doorkey/internal/environment"
)

func TestKeyboardOfWindows(t *testing.T) {
	for _, row := range []struct {
		name  string
		signs windowsSigns
		want  keyboard
	}{
		{"cmd.exe in its own window", windowsSigns{stderr: consoleStream, window: visibleWindow}, consoleKeyboard},
		{"Windows Terminal", windowsSigns{stderr: consoleStream, window: terminalWindow, inTerminal: true}, consoleKeyboard},
		{"Git Bash in Windows Terminal", windowsSigns{stderr: consoleStream, window: terminalWindow, inTerminal: true, shell: true}, consoleKeyboard},
		{"OpenSSH's server on a Windows that gives its consoles no window", windowsSigns{stderr: consoleStream, window: noWindow, inTerminal: true}, consoleKeyboard},
		{"ConEmu, which hides the console", windowsSigns{stderr: consoleStream, window: hiddenWindow, inTerminal: true}, consoleKeyboard},
		{"winpty in Git Bash", windowsSigns{stderr: consoleStream, window: hiddenWindow, inTerminal: true, shell: true}, consoleKeyboard},
		{"Git Bash in mintty", windowsSigns{stderr: ptyStream, window: hiddenWindow, inTerminal: true, shell: true}, shellKeyboard},
		{"mintty started from cmd.exe, whose window is another one", windowsSigns{stderr: ptyStream, window: visibleWindow, inTerminal: true, shell: true}, shellKeyboard},
		{"mintty without a bash", windowsSigns{stderr: ptyStream, window: hiddenWindow, inTerminal: true}, noKeyboard},
		{"an editor in Windows Terminal that captures stderr", windowsSigns{stderr: otherStream, window: terminalWindow, inTerminal: true}, consoleKeyboard},
		{"git fetch 2>file in cmd.exe", windowsSigns{stderr: otherStream, window: visibleWindow}, consoleKeyboard},
		{"git fetch 2>file in mintty: the shell could not find its terminal", windowsSigns{stderr: otherStream, window: hiddenWindow, inTerminal: true, shell: true}, noKeyboard},
		{"an editor that hides the console", windowsSigns{stderr: otherStream, window: hiddenWindow}, noKeyboard},
		{"an editor that gives the console no window", windowsSigns{stderr: otherStream, window: noWindow}, noKeyboard},
		{"an editor started from a terminal, whose variables it has", windowsSigns{stderr: otherStream, window: noWindow, inTerminal: true, shell: true}, noKeyboard},
		{"a hidden script that captures nothing", windowsSigns{stderr: consoleStream, window: hiddenWindow}, noKeyboard},
		{"a task without a window that captures nothing", windowsSigns{stderr: consoleStream, window: noWindow}, noKeyboard},
		{"Git Bash in mintty that gives programs a console of their own (MSYS=enable_pcon)", windowsSigns{stderr: consoleStream, window: terminalWindow, inTerminal: true, shell: true}, consoleKeyboard},
		{"a service", windowsSigns{}, noKeyboard},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.signs.keyboard(); got != row.want {
				t.Errorf("got %d, want %d", got, row.want)
			}
			if unseen := row.signs.isUnseen(); unseen != (row.want == noKeyboard && row.signs.stderr == consoleStream) {
				t.Errorf("isUnseen() = %t", unseen)
			}
			explained := row.signs.whyNone() != ""
			if explained != (row.want == noKeyboard && row.signs.stderr == ptyStream) {
				t.Errorf("whyNone() = %q", row.signs.whyNone())
			}
		})
	}
}

func TestIsInTerminal(t *testing.T) {
	for _, row := range []struct {
		name, variable string
		want           bool
	}{
		{"Git Bash", "MSYSTEM", true},
		{"Windows Terminal", "WT_SESSION", true},
		{"VS Code's terminal", "TERM_PROGRAM", true},
		{"an IDE of JetBrains", "TERMINAL_EMULATOR", true},
		{"over SSH", "SSH_CONNECTION", true},
		{"something else", "SESSIONNAME", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			where := environment.Environment{Variable: func(name string) string {
				if name == row.variable {
					return "1"
				}
				return ""
			}}
			if got := isInTerminal(where); got != row.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestIsShellOfMSYS(t *testing.T) {
	for _, row := range []struct {
		name, path string
		want       bool
	}{
		{"Git for Windows", `C:\Program Files\Git\usr\bin\bash.exe`, true},
		{"Cygwin", `C:\cygwin64\bin\bash.exe`, true},
		{"WSL", `C:\WINDOWS\system32\bash.exe`, false},
		{"WSL, written with slashes", `c:/windows/System32/bash.exe`, false},
		{"an alias of the Store", `C:\Users\ada\AppData\Local\Microsoft\WindowsApps\bash.exe`, false},
		{"none", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := isShellOfMSYS(row.path, `C:\Windows`); got != row.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
