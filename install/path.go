package install

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"

	"git-credential-doorkey/internal/gitconfig"
)

// IsEverywhere reports whether a directory of PATH is one that every program of this user has on its PATH. One that is
// started from a desktop (an editor) has not read what a shell reads, and so has no ~/.local/bin, say, and no
// /opt/homebrew/bin; on Windows it has the PATH that is in the registry.
func IsEverywhere(ctx context.Context, directory string) bool {
	return isEverywhere(ctx, directory, gitconfig.Global)
}

// isEverywhere is IsEverywhere for the users of a configuration file: every user reads that of the system.
func isEverywhere(ctx context.Context, directory string, scope gitconfig.Scope) bool {
	if isOnEveryPath(directory, runtime.GOOS) || isOnWindowsPath(directory, registryPaths(scope != gitconfig.System)) {
		return true
	}
	own, err := gitconfig.Run(ctx, "", nil, "--exec-path") // git puts it before all others
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

// registryPath is a PATH in Windows' registry.
type registryPath struct {
	value  string
	expand func(variable string) string // of "%variable%" in it; nil where there are none
}

// isOnWindowsPath reports whether a directory is in one of these PATHs. One that is there under another name (a short
// one, a link) counts as not there.
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

// sameForm is a directory's path as it is the same for all ways to write it.
func sameForm(directory string) string {
	return strings.TrimRight(strings.ToLower(strings.ReplaceAll(directory, "/", `\`)), `\`)
}

// expandVariables puts variables in their places; one that is not set stays as it stands.
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
