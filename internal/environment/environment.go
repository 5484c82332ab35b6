// Package environment finds out where doorkey runs: on which system, in a CI
// job, over SSH, in a container; and opens a browser there if it can.
package environment

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"

	"git-credential-doorkey/internal/gitconfig"
)

// Environment is what decides how a person can be reached from here. All that is
// concluded from it is a pure function of these fields.
type Environment struct {
	Version  string              // of this program
	Variable func(string) string // a variable of the environment, "" if it is not set

	isSet     func(string) bool   // whether a variable is, be it to nothing; nil: to something
	system    string              // runtime.GOOS
	program   func(string) string // where a program is found, "" if it is not
	kernel    func() string       // /proc/version, which names Microsoft in WSL
	container func() bool         // a container's mark is in the file system

	background func() bool // Windows or macOS shows nobody a window of this session; nil: it may
}

// Detect returns the environment of this process, in which nothing is looked up
// before it is needed. The release is the version that was set at link time; ""
// means that of the module that the program was built from.
func Detect(release string) Environment {
	return Environment{Version: versionOf(release), Variable: os.Getenv, isSet: isSet, system: runtime.GOOS, program: find, kernel: kernelVersion, container: inContainer,
		background: sync.OnceValue(isInBackground)}
}

func isSet(name string) bool {
	_, set := os.LookupEnv(name)
	return set
}

// IsSet reports whether a variable is set, be it to nothing.
func (e Environment) IsSet(name string) bool {
	return e.Variable(name) != "" || e.isSet != nil && e.isSet(name)
}

// IsOff reports whether a variable that is on by default is turned off: git reads
// one that is set to nothing as no.
func (e Environment) IsOff(name string) bool {
	return e.IsSet(name) && gitconfig.IsFalse(e.Variable(name))
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

// IsCI reports whether nobody is there to read or answer: all CI systems of
// note set CI (GitLab, GitHub, Gitea, Bitbucket, CircleCI, Travis), Jenkins and
// TeamCity have variables of their own.
func (e Environment) IsCI() bool {
	return !gitconfig.IsFalse(e.Variable("CI")) || e.Variable("GITLAB_CI") != "" || e.Variable("JENKINS_URL") != "" || e.Variable("TEAMCITY_VERSION") != ""
}

// IsSSH reports whether this is a session over SSH.
func (e Environment) IsSSH() bool {
	return e.Variable("SSH_CONNECTION") != "" || e.Variable("SSH_TTY") != "" || e.Variable("SSH_CLIENT") != ""
}

func (e Environment) isWSL() bool {
	return e.Variable("WSL_INTEROP") != "" || e.Variable("WSL_DISTRO_NAME") != "" || strings.Contains(strings.ToLower(e.kernel()), "microsoft")
}

// hasDisplay reports whether a display server is named.
func (e Environment) hasDisplay() bool {
	return e.Variable("DISPLAY") != "" || e.Variable("WAYLAND_DISPLAY") != ""
}

// HasDesktop reports whether a window of this machine can open in front of the
// person.
func (e Environment) HasDesktop() bool { return e.MayHaveDesktop() && !e.isInBackground() }

// MayHaveDesktop is HasDesktop by variables alone, which takes no time: it is also true
// of what macOS runs in the background.
func (e Environment) MayHaveDesktop() bool {
	return !e.IsCI() && !e.IsSSH() && (e.system == "windows" || e.system == "darwin" || e.hasDisplay())
}

// isInBackground reports whether this is a service or a task of Windows or macOS, of
// which nobody sees a window.
func (e Environment) isInBackground() bool { return e.background != nil && e.background() }
