// Package gitconfig is the one place of doorkey that runs git: it reads git's
// configuration and finds the files that hold it.
package gitconfig

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Values are the settings of one section of git's configuration that hold for
// one URL: the name of a variable in lower case ("oauthclientid"), and its
// value. A variable without "=" has the value "true", as in git.
type Values map[string]string

// ExpandPath returns a configured path as git reads it: "~/", "~user/" and
// "%(prefix)/" are replaced, and on Windows what is before a path that begins with a
// slash is where git is installed. Other paths cost no child process.
func ExpandPath(ctx context.Context, path string) (string, error) {
	if !needsGit(path, runtime.GOOS) {
		return path, nil
	}
	return expand(ctx, nil, path)
}

// needsGit reports whether only git knows what a configured path means. Git for
// Windows still expands a leading slash, since its own http.sslCAInfo was
// "/mingw64/ssl/certs/ca-bundle.crt".
func needsGit(path, system string) bool {
	return strings.HasPrefix(path, "~") || strings.HasPrefix(path, "%(prefix)/") || system == "windows" && strings.HasPrefix(path, "/")
}

// nothingFound is the exit code of git config when no variable matches.
const nothingFound = 1

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
