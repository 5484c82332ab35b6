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

// Environment is everything that decides how a user can be reached from here. All
// conclusions are pure functions of these fields.
type Environment struct {
	Version  string              // of this program
	Variable func(string) string // a variable of the environment, "" if it is not set

	isSet     func(string) bool   // whether a variable is set, even if empty; nil: only if not empty
	system    string              // runtime.GOOS
	program   func(string) string // where a program is found, "" if it is not found
	kernel    func() string       // /proc/version, which names Microsoft in WSL
	container func() bool         // the file system has the mark of a container

	background func() bool // nobody sees the windows of this Windows or macOS session; nil: someone may
}

// Detect returns the environment of this process, which looks up nothing before it is
// needed. The release is the version that was set at link time; "" means the version of
// the module that the program was built from.
func Detect(release string) Environment {
	return Environment{Version: versionOf(release), Variable: os.Getenv, isSet: isSet, system: runtime.GOOS, program: find, kernel: kernelVersion, container: inContainer,
		background: sync.OnceValue(isInBackground)}
}

func isSet(name string) bool {
	_, set := os.LookupEnv(name)
	return set
}

// IsSet reports whether a variable is set, even if it is empty.
func (e Environment) IsSet(name string) bool {
	return e.Variable(name) != "" || e.isSet != nil && e.isSet(name)
}

// IsOff reports whether a variable that is on by default is turned off: git reads an
// empty value as false.
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

// IsCI reports whether nobody can read or answer: all common CI systems set CI (GitLab,
// GitHub, Gitea, Bitbucket, CircleCI, Travis); Jenkins and TeamCity have their own
// variables.
func (e Environment) IsCI() bool {
	return !gitconfig.IsFalse(e.Variable("CI")) || e.Variable("GITLAB_CI") != "" || e.Variable("JENKINS_URL") != "" || e.Variable("TEAMCITY_VERSION") != ""
}

// IsSSH reports whether this is an SSH session.
func (e Environment) IsSSH() bool {
	return e.Variable("SSH_CONNECTION") != "" || e.Variable("SSH_TTY") != "" || e.Variable("SSH_CLIENT") != ""
}

func (e Environment) isWSL() bool {
	return e.Variable("WSL_INTEROP") != "" || e.Variable("WSL_DISTRO_NAME") != "" || strings.Contains(strings.ToLower(e.kernel()), "microsoft")
}

// hasDisplay reports whether a variable names a display server.
func (e Environment) hasDisplay() bool {
	return e.Variable("DISPLAY") != "" || e.Variable("WAYLAND_DISPLAY") != ""
}

// HasDesktop reports whether the user can see a window of this machine.
func (e Environment) HasDesktop() bool { return e.MayHaveDesktop() && !e.isInBackground() }

// MayHaveDesktop is HasDesktop only by variables, which takes no time: it is also true
// for background sessions of macOS.
func (e Environment) MayHaveDesktop() bool {
	return !e.IsCI() && !e.IsSSH() && (e.system == "windows" || e.system == "darwin" || e.hasDisplay())
}

// isInBackground reports whether this is a service or a task of Windows or macOS, whose
// windows nobody sees.
func (e Environment) isInBackground() bool { return e.background != nil && e.background() }
