package install

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

// IsEverywhere reports whether every program of this user has a directory on its PATH. A program started from a
// desktop (an editor) has not read the shell's files, and may miss ~/.local/bin or /opt/homebrew/bin; on Windows it
// has the PATH from the registry.
func IsEverywhere(ctx context.Context, directory string) bool {
	return isEverywhere(ctx, directory, gitconfig.Global)
}

// isEverywhere is IsEverywhere for the users of a configuration file: every user reads the system's file.
func isEverywhere(ctx context.Context, directory string, scope gitconfig.Scope) bool {
	if isOnEveryPath(directory, runtime.GOOS) || isOnWindowsPath(directory, registryPaths(scope != gitconfig.System)) {
		return true
	}
	own, err := gitconfig.Run(ctx, "", nil, "--exec-path") // git puts it first
	return err == nil && filepath.Clean(strings.TrimRight(string(own), "\r\n")) == filepath.Clean(directory)
}

func isOnEveryPath(directory, system string) bool {
	switch directory {
	case "/usr/bin", "/bin":
		return true
	case "/usr/local/bin":
		return system == "linux"
	}
	return false
}

// registryPath is a PATH in the Windows registry.
type registryPath struct {
	value  string
	expand func(variable string) string // expands "%variable%"; nil: there are none
}

// isOnWindowsPath reports whether a directory is in one of these PATHs. One that is there under another name (a short
// one, a link) does not count.
func isOnWindowsPath(directory string, paths []registryPath) bool {
	for _, path := range paths {
		for entry := range strings.SplitSeq(expandVariables(path.value, path.expand), ";") {
			if entry = strings.Trim(strings.TrimSpace(entry), `"`); entry != "" && sameForm(entry) == sameForm(directory) {
				return true
			}
		}
	}
	return false
}

// sameForm returns a directory's path in a form that does not depend on how it is
// written.
func sameForm(directory string) string {
	return strings.TrimRight(strings.ToLower(strings.ReplaceAll(directory, "/", `\`)), `\`)
}

// expandVariables replaces variables; it leaves those that are not set.
func expandVariables(text string, expand func(string) string) string {
	if expand == nil {
		return text
	}
	var expanded strings.Builder
	for {
		before, behind, found := strings.Cut(text, "%")
		name, after, closed := strings.Cut(behind, "%")
		if !found || !closed {
			expanded.WriteString(text)
			return expanded.String()
		}
		value := expand(name)
		if name == "" || value == "" {
			expanded.WriteString(before + "%" + name)
			text = "%" + after
			continue
		}
		expanded.WriteString(before + value)
		text = after
	}
}
