// Package gitconfig is the only package of doorkey that runs git: it reads git's
// configuration and finds its files.
package gitconfig

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Values are the settings of one section of git's configuration for one URL: the name of
// a variable in lower case ("oauthclientid"), and its value. A variable without "=" has
// the value "true", as in git.
type Values map[string]string

// ExpandPath returns a configured path as git reads it: it replaces "~/", "~user/" and
// "%(prefix)/", and on Windows it puts git's installation directory in front of a path
// that begins with a slash. Other paths cost no child process.
func ExpandPath(ctx context.Context, path string) (string, error) {
	if !needsGit(path, runtime.GOOS) {
		return path, nil
	}
	return expand(ctx, nil, path)
}

// needsGit reports whether only git knows what a configured path means. Git for Windows
// still expands a leading slash, because its own http.sslCAInfo was
// "/mingw64/ssl/certs/ca-bundle.crt".
func needsGit(path, system string) bool {
	return strings.HasPrefix(path, "~") || strings.HasPrefix(path, "%(prefix)/") || system == "windows" && strings.HasPrefix(path, "/")
}

// nothingFound is the exit code of git config when no variable matches.
const nothingFound = 1

// repositoryVariables are the environment variables with which git passes a repository
// to its children ("git rev-parse --local-env-vars"), without those that carry "git -c".
var repositoryVariables = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_OBJECT_DIRECTORY", "GIT_DIR",
	"GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
}

// neutral returns an environment in which git finds no repository, wherever it is
// started: GIT_DIR points to a place without one.
func neutral(environment []string) []string {
	kept := slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(repositoryVariables, name)
	})
	return append(kept, "GIT_DIR="+os.DevNull)
}
