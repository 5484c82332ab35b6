package environment

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// BrowserCommand returns the command that opens an address in a browser on the user's
// screen that can reach the loopback address; nil if there is none. "%s" in it, or else
// its end, is where the address goes.
func (e Environment) BrowserCommand() []string {
	// The user's own setting overrides all signs. An editor that is connected to this
	// machine (VS Code) sets BROWSER to a helper that opens the browser where the user
	// is, and forwards ports from there. The helper stops working when the editor is
	// closed.
	if chosen := e.firstProgram(e.chosenBrowsers()...); chosen != nil {
		return chosen
	}
	switch {
	case e.IsCI(), e.IsSSH(), e.isInBackground():
		return nil
	case e.system == "windows":
		return []string{filepath.Join(e.windowsDirectory(), "System32", "rundll32.exe"), "url.dll,FileProtocolHandler"}
	case e.system == "darwin":
		return []string{"/usr/bin/open"}
	case e.isWSL():
		return e.firstProgram([]string{"wslview"}, []string{"rundll32.exe", "url.dll,FileProtocolHandler"})
	case e.container() && !e.hasDisplay():
		return nil
	case e.hasDisplay():
		return e.firstProgram([]string{"xdg-open"}, []string{"x-www-browser"}, []string{"sensible-browser"})
	}
	return nil
}

// UnusableBrowser returns why BrowserCommand does not use BROWSER; nil if it does, or if
// BROWSER is not set.
func (e Environment) UnusableBrowser() error {
	named := e.Variable("BROWSER")
	switch {
	case named == "", e.firstProgram(e.chosenBrowsers()...) != nil:
		return nil
	case slices.ContainsFunc(e.chosenBrowsers(), e.readsCommands):
		return fmt.Errorf("doorkey does not use the program in BROWSER, because it would run parts of an address as commands: %s\n"+
			"set BROWSER to the program of a browser, or unset it", named)
	}
	return fmt.Errorf("no program in BROWSER is installed and works without the terminal: %s", named)
}

func (e Environment) windowsDirectory() string {
	if directory := e.Variable("SystemRoot"); directory != "" {
		return directory
	}
	return `C:\Windows`
}

// chosenBrowsers reads $BROWSER: commands separated by colons (on Windows, where paths
// contain colons, by semicolons), of which the first installed one counts. A command
// that draws in the terminal cannot be used: the terminal belongs to git.
func (e Environment) chosenBrowsers() (choices [][]string) {
	separator, words := ":", shellWords
	if e.system == "windows" {
		separator, words = ";", e.windowsCommand
	}
	for choice := range strings.SplitSeq(e.Variable("BROWSER"), separator) {
		if command := words(choice); len(command) > 0 && !drawsInTerminal(command[0]) {
			choices = append(choices, command)
		}
	}
	return choices
}

// windowsCommand returns a command as Windows reads it. The full path of a program needs
// no quotes, even with a blank in it: the longest start of the command that is a program
// is its first word.
func (e Environment) windowsCommand(command string) []string {
	for end := len(command); end > 0; end = strings.LastIndexAny(command[:end], " \t") {
		if start := strings.TrimSpace(command[:end]); strings.Contains(start, " ") && e.program(start) != "" {
			return windowsWords(`"` + start + `"` + command[end:])
		}
	}
	return windowsWords(command)
}

// readsCommands reports whether an address may end up in a shell, which runs what
// follows an "&" in it as a command.
func (e Environment) readsCommands(command []string) bool {
	isPart := func(argument string) bool {
		return strings.Contains(argument, "%s") && strings.ContainsAny(argument, " \t\n")
	}
	return e.isShell(e.program(command[0])) || slices.ContainsFunc(command[1:], isPart)
}

// isShell recognizes programs that run their last arguments as a command: the shells of
// Windows, in WSL too; batch files, which Windows runs with cmd.exe; and those that pass
// the arguments to a shell elsewhere. Windows drops blanks and dots at the end of a name.
func (e Environment) isShell(path string) bool {
	name := strings.TrimRight(strings.ToLower(path), " .")
	name = name[strings.LastIndexAny(name, `/\:`)+1:]
	program, isWindows := strings.CutSuffix(name, ".exe")
	isWindows = isWindows || e.system == "windows"
	switch program {
	case "ssh":
		return true
	case "cmd", "powershell", "pwsh", "wsl":
		return isWindows
	}
	return isWindows && (strings.HasSuffix(name, ".bat") || strings.HasSuffix(name, ".cmd"))
}

func drawsInTerminal(program string) bool {
	switch filepath.Base(program) {
	case "lynx", "w3m", "links", "links2", "elinks", "www-browser":
		return true
	}
	return false
}

// firstProgram returns the first command whose program exists and does not run an
// address as commands.
func (e Environment) firstProgram(commands ...[]string) []string {
	for _, command := range commands {
		if path := e.program(command[0]); path != "" && !e.readsCommands(command) {
			return append([]string{path}, command[1:]...)
		}
	}
	return nil
}

// WhyNoBrowser returns, in parentheses, why BrowserCommand returns none.
func (e Environment) WhyNoBrowser() string {
	switch {
	case e.Variable("BROWSER") != "":
		return " (no program in BROWSER can be used)"
	case e.IsCI():
		return " (a CI job)"
	case e.IsSSH():
		return " (an SSH session)"
	case e.isInBackground():
		return " (a service or a scheduled task, which has no desktop)"
	case e.container() && !e.hasDisplay():
		return " (a container)"
	case !e.hasDisplay():
		return " (no display)"
	}
	return " (no program that opens a browser)"
}
