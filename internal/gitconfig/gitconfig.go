// Package gitconfig is the one place of doorkey that runs git: it reads git's
// configuration and finds the files that hold it.
package gitconfig

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"os"
	"slices"
	"strings"
)

// Values are the settings of one section of git's configuration that hold for
// one URL: the name of a variable in lower case ("oauthclientid"), and its
// value. A variable without "=" has the value "true", as in git.
type Values map[string]string

// isKnownToGit reports whether git takes that for a host in a configured URL.
// For any other host there can be no settings of its own, and git would fail
// instead of saying so.
func isKnownToGit(host string) bool {
	const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:[]-"
	return host != "" && strings.Trim(host, characters) == ""
}

// ForURL returns what a section ("credential", "http") says for a URL, by
// git's own matching ("git config --get-urlmatch", git 1.8.5).
//
// It reads system, global and command scope ("git -c", GIT_CONFIG_COUNT), and
// never the file of a repository: what somebody has cloned must not say where
// tokens are sent.
func ForURL(ctx context.Context, section string, address *url.URL) (Values, error) {
	return forURL(ctx, neutral(os.Environ()), section, address)
}

// ForURLHere is ForURL as git itself reads the section where it is started: with
// the file of the repository. Nothing that decides where tokens go is read so.
func ForURLHere(ctx context.Context, section string, address *url.URL) (Values, error) {
	return forURL(ctx, asOtherCommands(nil), section, address)
}

func forURL(ctx context.Context, environment []string, section string, address *url.URL) (Values, error) {
	if !isKnownToGit(address.Host) {
		return nil, nil
	}
	output, err := Run(ctx, "", environment, "config", "-z", "--get-urlmatch", section, address.String())
	if foundNothing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parse(output, section), nil
}

// URLValue is what a variable is set to for URLs that begin with one.
type URLValue struct {
	URL   string // as it is written in the key, which may be a pattern ("https://*.example.com")
	Value string // "true" for a variable without "=", as in git
}

// PerURL returns every setting of a variable for a URL of its own
// ("http.<url>.sslVerify"), in git's reading order and from the same scopes as
// ForURL. It is for those who need to know what exactly was said of whom. Section
// and variable are letters alone.
func PerURL(ctx context.Context, section, variable string) ([]URLValue, error) {
	prefix, suffix := section+".", "."+strings.ToLower(variable)
	output, err := Run(ctx, "", neutral(os.Environ()), "config", "-z", "--get-regexp", `^`+section+`\..*\.`+strings.ToLower(variable)+`$`)
	if foundNothing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []URLValue
	for key, value := range settingsIn(output) {
		if address, isOne := strings.CutPrefix(strings.TrimSuffix(key, suffix), prefix); isOne {
			found = append(found, URLValue{address, value})
		}
	}
	return found, nil
}

// ExpandPath returns a configured path as git reads it: "~/", "~user/" and
// "%(prefix)/" are replaced. Other paths cost no child process.
func ExpandPath(ctx context.Context, path string) (string, error) {
	if !strings.HasPrefix(path, "~") && !strings.HasPrefix(path, "%(prefix)/") {
		return path, nil
	}
	return expand(ctx, nil, path)
}

// nothingFound is the exit code of git config when no variable matches.
const nothingFound = 1

func foundNothing(err error) bool {
	failed, ran := errors.AsType[*RunError](err)
	return ran && failed.ExitCode == nothingFound
}

// parse reads the settings of a section.
func parse(output []byte, section string) Values {
	values := make(Values)
	for key, value := range settingsIn(output) {
		if name, found := strings.CutPrefix(key, section+"."); found {
			values[name] = value
		}
	}
	return values
}

// settingsIn reads "key LF value NUL", again and again.
func settingsIn(output []byte) iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for entry := range strings.SplitSeq(string(output), "\x00") {
			key, value, given := strings.Cut(entry, "\n")
			if !given {
				value = "true"
			}
			if !yield(key, value) {
				return
			}
		}
	}
}

// repositoryVariables are the environment variables by which git tells its
// children of a repository ("git rev-parse --local-env-vars"), without those
// that carry "git -c".
var repositoryVariables = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_OBJECT_DIRECTORY", "GIT_DIR",
	"GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
}

// neutral returns an environment in which git finds no repository, wherever it
// is started: one that GIT_DIR says to be at a place that is no repository.
func neutral(environment []string) []string {
	kept := slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(repositoryVariables, name)
	})
	return append(kept, "GIT_DIR="+os.DevNull)
}
