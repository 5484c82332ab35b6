package gitconfig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Scope says who a git configuration file is for ("git help config", FILES).
type Scope int

const (
	// Global is the user's own file.
	Global Scope = iota
	// System is the file for everyone on the machine.
	System
	// Local is the file of one repository.
	Local
)

// String returns the word that git uses for the scope, as an option and in --show-scope.
func (s Scope) String() string {
	return [...]string{"global", "system", "local"}[s]
}

// File returns the absolute path of the file that `git config --<scope>`, started in dir (the current directory if empty)
// with an environment (this process's if nil), would write to. The file need not exist.
func File(ctx context.Context, dir string, environment []string, scope Scope) (string, error) {
	var file string
	var err error
	switch scope {
	case System:
		file, err = systemFile(ctx, environment)
	case Local:
		file, err = localFile(ctx, dir, environment)
	default:
		file, err = globalFile(ctx, environment)
	}
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	return filepath.Abs(file)
}

// globalFile is $GIT_CONFIG_GLOBAL (git 2.32); else ~/.gitconfig, unless only the file in the XDG directory exists.
func globalFile(ctx context.Context, environment []string) (string, error) {
	if file, set := lookup(environment, "GIT_CONFIG_GLOBAL"); set {
		return named("GIT_CONFIG_GLOBAL", file)
	}
	file, err := expand(ctx, environment, "~/.gitconfig")
	if err != nil || exists(file) {
		return file, err
	}
	beside := filepath.Join(filepath.Dir(file), ".config", "git", "config")
	if directory, _ := lookup(environment, "XDG_CONFIG_HOME"); directory != "" {
		beside = filepath.Join(directory, "git", "config")
	}
	if exists(beside) {
		return beside, nil
	}
	return file, nil
}

// expand lets git expand the "~", because git's idea of the home directory counts (on Windows it comes from HOME,
// HOMEDRIVE and HOMEPATH, or USERPROFILE).
func expand(ctx context.Context, environment []string, path string) (string, error) {
	output, err := Run(ctx, "", neutral(given(environment)), "-c", "doorkey.path="+path, "config", "--type=path", "doorkey.path")
	return strings.TrimRight(string(output), "\r\n"), err
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// named rejects an empty path, which git can read but never write, and a relative one, which git resolves against
// another directory in every repository.
func named(variable, file string) (string, error) {
	if !filepath.IsAbs(file) {
		return "", fmt.Errorf("%s is %q, which is not an absolute path; unset it, or set it to one", variable, file)
	}
	return file, nil
}

// systemFile is $GIT_CONFIG_SYSTEM (git 2.32), or else the path compiled into git.
func systemFile(ctx context.Context, environment []string) (string, error) {
	if value, _ := lookup(environment, "GIT_CONFIG_NOSYSTEM"); !IsFalse(value) {
		return "", errors.New("GIT_CONFIG_NOSYSTEM is set, so git does not read its system file; unset it, or use --global")
	}
	if file, set := lookup(environment, "GIT_CONFIG_SYSTEM"); set {
		return named("GIT_CONFIG_SYSTEM", file)
	}
	output, err := Run(ctx, "", neutral(given(environment)), "var", "GIT_CONFIG_SYSTEM")
	if err == nil && len(output) > 0 {
		return strings.TrimRight(string(output), "\r\n"), nil
	}
	// Before git 2.41, `git var` does not know the name. There, an editor that only prints reveals the path, and git
	// does not create the file. No configuration is read for it, so that a broken file does not hide its own path.
	silent := append(neutral(given(environment)), "GIT_EDITOR=echo", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	output, err = Run(ctx, "", silent, "config", "--system", "--edit")
	return strings.TrimRight(string(output), "\r\n"), err
}

// localFile is the file that all working trees of the repository share.
func localFile(ctx context.Context, dir string, environment []string) (string, error) {
	output, err := Run(ctx, dir, environment, "rev-parse", "--git-common-dir")
	if err != nil {
		return "", fmt.Errorf("this directory is not in a repository: %v\nchange to a repository, or use --global", err)
	}
	return filepath.Join(strings.TrimRight(string(output), "\r\n"), "config"), nil
}

// Entry is one setting as git reads it.
type Entry struct {
	// Scope is git's word for the scope: system, global, local, worktree or command.
	Scope string
	// Origin is where it is set, in git's form: "file:<path>" or "command line:".
	Origin string
	// Key is the canonical name: section and variable in lower case, the subsection as written.
	Key string
	// Value is also empty for a key without a value.
	Value string
}

// IsOfRepository reports whether the author of the repository may have written an entry. Entries that its files
// include have its scope, and an entry of unknown scope is not trusted.
func (e Entry) IsOfRepository() bool {
	return e.Scope != System.String() && e.Scope != Global.String() && e.Scope != "command"
}

// Entries returns, in git's reading order, every setting whose key matches the regular expression, as git started in
// dir (the current directory if empty) with an environment (this process's if nil) reads it: all scopes, includes
// followed. No match is not an error. It needs git 2.26.
func Entries(ctx context.Context, dir string, environment []string, pattern string) ([]Entry, error) {
	return read(ctx, dir, asOtherCommands(environment), "--get-regexp", pattern)
}

// asOtherCommands returns an environment in which `git config` reads what git's other
// commands read.
func asOtherCommands(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(given(environment)), func(variable string) bool {
		return strings.HasPrefix(variable, "GIT_CONFIG=") // only `git config` uses it
	})
}

// FileEntries returns all settings of one file, in their order, without what the file includes.
// The error carries git's complaint if git cannot read the file. It needs git 2.26.
func FileEntries(ctx context.Context, environment []string, file string) ([]Entry, error) {
	return read(ctx, "", neutral(given(environment)), "--file", file, "--list")
}

// usageUnknown is git's exit code for an unknown option.
const usageUnknown = 129

func read(ctx context.Context, dir string, environment []string, query ...string) ([]Entry, error) {
	arguments := append([]string{"config", "--show-scope", "--show-origin", "-z"}, query...)
	output, err := Run(ctx, dir, environment, arguments...)
	if failure, ran := errors.AsType[*RunError](err); ran {
		switch failure.ExitCode {
		case nothingFound:
			return nil, nil
		case usageUnknown:
			return nil, fmt.Errorf("this git is too old; doorkey needs git 2.26 or newer: %v", err)
		}
	}
	if err != nil {
		return nil, err
	}
	lines, err := parseLines(string(output))
	return entriesOf(lines), err
}

// parseLines reads `git config --show-scope --show-origin -z`: scope NUL origin NUL key LF value NUL, repeated.
func parseLines(output string) ([]line, error) {
	fields := strings.Split(output, "\x00")
	if len(fields)%3 != 1 || fields[len(fields)-1] != "" {
		return nil, errors.New("cannot understand the output of git config")
	}
	var lines []line
	for i := 0; i+2 < len(fields); i += 3 {
		lines = append(lines, newLine(fields[i], fields[i+1], fields[i+2]))
	}
	return lines, nil
}

func entriesOf(lines []line) []Entry {
	var entries []Entry
	for _, l := range lines {
		entries = append(entries, l.Entry)
	}
	return entries
}
