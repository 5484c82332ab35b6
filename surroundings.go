package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

// surroundings are what decides how a person can be reached from here. All
// that is concluded from them is a pure function of these fields.
type surroundings struct {
	system    string              // runtime.GOOS
	variable  func(string) string // the environment
	program   func(string) string // where a program is found, "" if it is not
	kernel    func() string       // /proc/version, which names Microsoft in WSL
	container func() bool         // a container's mark is in the file system
}

// here are the surroundings of this process. Nothing is looked up before it is
// needed.
func here() surroundings {
	return surroundings{system: runtime.GOOS, variable: os.Getenv, program: find, kernel: kernelVersion, container: inContainer}
}

func find(program string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		return ""
	}
	return path
}

func kernelVersion() string {
	version, err := os.ReadFile("/proc/version")
	if err != nil {
		return "" // not Linux
	}
	return string(version)
}

// inContainer looks for the marks that Docker and Podman leave.
func inContainer() bool {
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(mark); err == nil {
			return true
		}
	}
	return false
}

// isCI reports whether nobody is there to read or answer: all CI systems of
// note set CI (GitLab, GitHub, Gitea, Bitbucket, CircleCI, Travis), Jenkins and
// TeamCity have variables of their own.
func (s surroundings) isCI() bool {
	return gitconfig.IsTrue(s.variable("CI")) || s.variable("GITLAB_CI") != "" || s.variable("JENKINS_URL") != "" || s.variable("TEAMCITY_VERSION") != ""
}

func (s surroundings) isSSH() bool {
	return s.variable("SSH_CONNECTION") != "" || s.variable("SSH_TTY") != "" || s.variable("SSH_CLIENT") != ""
}

func (s surroundings) isWSL() bool {
	return s.variable("WSL_INTEROP") != "" || s.variable("WSL_DISTRO_NAME") != "" || strings.Contains(strings.ToLower(s.kernel()), "microsoft")
}

// hasDisplay reports whether a display server is named.
func (s surroundings) hasDisplay() bool {
	return s.variable("DISPLAY") != "" || s.variable("WAYLAND_DISPLAY") != ""
}

// hasDesktop reports whether a window of this machine's can open before the
// person.
func (s surroundings) hasDesktop() bool {
	return !s.isCI() && !s.isSSH() && (s.system == "windows" || s.system == "darwin" || s.hasDisplay())
}

// browserCommand returns the command that opens an address in a browser before
// the person, from which the loopback address can be reached; nil if there is
// none. "%s" in it, or else its end, is where the address goes.
func (s surroundings) browserCommand() []string {
	switch {
	// A person's own word goes before all signs. An editor that is connected
	// to this machine (VS Code) sets BROWSER to a helper that opens the browser
	// where the person is, and forwards ports from there.
	case s.variable("BROWSER") != "":
		return s.chosenBrowser()
	case s.isCI(), s.isSSH():
		return nil
	case s.system == "windows":
		return []string{filepath.Join(s.windowsDirectory(), "System32", "rundll32.exe"), "url.dll,FileProtocolHandler"}
	case s.system == "darwin":
		return []string{"/usr/bin/open"}
	case s.isWSL():
		return s.firstProgram([]string{"wslview"}, []string{"rundll32.exe", "url.dll,FileProtocolHandler"})
	case s.container() && !s.hasDisplay():
		return nil
	case s.hasDisplay():
		return s.firstProgram([]string{"xdg-open"}, []string{"x-www-browser"}, []string{"sensible-browser"})
	}
	return nil
}

func (s surroundings) windowsDirectory() string {
	if directory := s.variable("SystemRoot"); directory != "" {
		return directory
	}
	return `C:\Windows`
}

// chosenBrowser reads $BROWSER: commands with a colon in between, of which the
// first that is installed counts. One that would draw in the terminal cannot
// be used: it is git's.
func (s surroundings) chosenBrowser() []string {
	var choices [][]string
	separator := ":"
	if s.system == "windows" {
		separator = ";"
	}
	for choice := range strings.SplitSeq(s.variable("BROWSER"), separator) {
		if fields := strings.Fields(choice); len(fields) > 0 && !drawsInTerminal(fields[0]) {
			choices = append(choices, fields)
		}
	}
	return s.firstProgram(choices...)
}

func drawsInTerminal(program string) bool {
	switch filepath.Base(program) {
	case "lynx", "w3m", "links", "links2", "elinks", "www-browser":
		return true
	}
	return false
}

// firstProgram returns the first command whose program is there.
func (s surroundings) firstProgram(commands ...[]string) []string {
	for _, command := range commands {
		if path := s.program(command[0]); path != "" {
			return append([]string{path}, command[1:]...)
		}
	}
	return nil
}
