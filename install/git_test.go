package install

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/test/parts"
)

// machine is a computer with real git, its own home directory and doorkey on PATH.
type machine struct {
	t           *testing.T
	home        string
	environment []string
	program     string
	// onlyHere says that other programs have another PATH.
	onlyHere bool
	// onPath is what LookPath finds; empty means nothing.
	onPath string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	parts.PlainGit(t)
	root := parts.Directory(t)
	m := &machine{t: t, home: filepath.Join(root, "home"), program: filepath.Join(root, "bin", programName)}
	for _, directory := range []string{m.home, filepath.Dir(m.program), m.path("work")} {
		if err := os.Mkdir(directory, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	m.writeProgram(m.program)
	m.onPath = m.program
	m.environment = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GIT_") || strings.HasPrefix(variable, "XDG_") || strings.HasPrefix(variable, "HOME=")
	})
	m.set("HOME", m.home)
	m.set("GIT_CONFIG_SYSTEM", m.path("system"))
	m.set("GIT_TERMINAL_PROMPT", "0")
	return m
}

func (m *machine) set(name, value string) {
	m.environment = append(m.environment, name+"="+value)
}

// path returns the path of a file in the home directory.
func (m *machine) path(name string) string { return filepath.Join(m.home, filepath.FromSlash(name)) }

// options are those of a change in a directory that is not in a repository.
func (m *machine) options() Options {
	return Options{
		Program: m.program, Directory: m.path("work"), Environment: m.environment,
		IsEverywhere: func(string) bool { return !m.onlyHere },
		LookPath: func(string) (string, error) {
			if m.onPath == "" {
				return "", exec.ErrNotFound
			}
			return m.onPath, nil
		},
	}
}

// writeProgram writes a credential helper that has one answer, and records its calls in a
// file next to it.
func (m *machine) writeProgram(path string) {
	m.t.Helper()
	script := "#!/bin/sh\n" +
		"echo \"$1\" >> \"$0.calls\"\n" +
		"test \"$1\" = get && echo username=oauth2 && echo password=from-${0##*/}\n" +
		"exit 0\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		m.t.Fatal(err)
	}
}

// calls returns the calls of a program of writeProgram since the last time, in order.
func (m *machine) calls(program string) string {
	m.t.Helper()
	calls, _ := os.ReadFile(program + ".calls")
	os.Remove(program + ".calls")
	return strings.Join(strings.Fields(string(calls)), " ")
}

// git runs git in the work directory and returns its output.
func (m *machine) git(input string, args ...string) (string, error) {
	command := exec.Command("git", args...)
	command.Dir, command.Env, command.Stdin = m.path("work"), m.environment, strings.NewReader(input)
	output, err := command.Output()
	return string(output), err
}

func (m *machine) mustGit(args ...string) {
	m.t.Helper()
	if output, err := m.git("", args...); err != nil {
		m.t.Fatalf("git %v: %v: %s", args, err, output)
	}
}

func (m *machine) write(name, content string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.path(name)), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(m.path(name), []byte(content), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// absent stands for the content of a file that does not exist.
const absent = "(no file)"

func (m *machine) content(name string) string {
	m.t.Helper()
	content, err := os.ReadFile(m.path(name))
	if os.IsNotExist(err) {
		return absent
	}
	if err != nil {
		m.t.Fatal(err)
	}
	return string(content)
}

// expect fails the test unless a file has exactly this content.
func (m *machine) expect(name, want string) {
	m.t.Helper()
	if got := m.content(name); got != want {
		m.t.Errorf("%s is\n%q\nwant\n%q", name, got, want)
	}
}

func (m *machine) install(options Options) Change {
	m.t.Helper()
	change, err := Install(m.t.Context(), options)
	if err != nil {
		m.t.Fatal(err)
	}
	return change
}

func (m *machine) uninstall(options Options) Change {
	m.t.Helper()
	change, err := Uninstall(m.t.Context(), options)
	if err != nil {
		m.t.Fatal(err)
	}
	return change
}

// values returns the helpers of entries.
func values(entries []gitconfig.Entry) []string {
	var values []string
	for _, entry := range entries {
		values = append(values, entry.Value)
	}
	return values
}
