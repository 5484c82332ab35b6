package install

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"

	"git-credential-doorkey/internal/gitconfig"
)

const (
	// shortName is the value of credential.helper that makes git run programName from PATH ("git help credential", custom helpers).
	shortName   = "doorkey"
	programName = "git-credential-" + shortName
)

// isPlain reports whether a path needs no quoting in a configuration file or a shell command.
func isPlain(path string) bool {
	const first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + digits + "/"
	return consistsOf(path, first+"._+,:@-") && strings.IndexAny(path, first) == 0
}

const digits = "0123456789"

// consistsOf reports whether a text is not empty and has only these characters. A regular expression would be built at
// each start of the program, even while git waits for a token.
func consistsOf(text, characters string) bool {
	return text != "" && strings.Trim(text, characters) == ""
}

// helperFor returns the value of credential.helper that makes git run the program: the short name if every PATH leads
// to exactly that file, or else its absolute path, as this PATH finds it or, off PATH, as it was started. Git passes
// the path to a shell, so one with special characters is written as a shell snippet ("!") with quotes.
func helperFor(program string, lookPath func(string) (string, error), isEverywhere func(directory string) bool) (string, error) {
	if !filepath.IsAbs(program) {
		return "", fmt.Errorf(`the path of this program is not absolute: "%s"`, program)
	}
	if strings.ContainsFunc(program, unicode.IsControl) {
		return "", fmt.Errorf("the path %q contains a control character, which git's configuration cannot contain; move the program", program)
	}
	if !strings.HasPrefix(filepath.Base(program), programName) {
		return "", fmt.Errorf(`"%s" is not named %s, so uninstall could not find it; rename the file`, program, programName)
	}
	found := onPath(program, lookPath)
	switch {
	case found == "":
		return pathHelper(filepath.ToSlash(program)), nil
	case isEverywhere(filepath.Dir(found)):
		return shortName, nil
	}
	// Not the program's own path: behind a link it may contain a version, which disappears with the next one.
	return pathHelper(filepath.ToSlash(found)), nil
}

// onPath returns where git, searching PATH for doorkey, finds the same file; "" if it does not.
func onPath(program string, lookPath func(string) (string, error)) string {
	if lookPath == nil {
		lookPath = exec.LookPath
	}
	found, err := lookPath(programName)
	if err != nil || !filepath.IsAbs(found) || strings.ContainsFunc(found, unicode.IsControl) {
		return ""
	}
	there, errThere := os.Stat(found)
	running, errRunning := os.Stat(program)
	if errors.Join(errThere, errRunning) != nil || !os.SameFile(there, running) {
		return ""
	}
	return found
}

func pathHelper(path string) string {
	if isPlain(path) {
		return path
	}
	return "!'" + strings.ReplaceAll(path, `'`, `'\''`) + "'"
}

// isInstalled reports whether a helper is one that helperFor returns for some path, without arguments that a user
// added.
func isInstalled(helper string) bool {
	if helper == shortName {
		return true
	}
	path := helper
	if quoted, isSnippet := strings.CutPrefix(helper, "!'"); isSnippet {
		path = strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), `'\''`, `'`)
	}
	name := path[strings.LastIndex(path, "/")+1:]
	return strings.HasPrefix(name, programName) && isAbsolute(path) && pathHelper(path) == helper
}

// isDoorkey reports whether an entry runs only doorkey, possibly with arguments that a user added. A shell snippet
// that merely contains doorkey may pass tokens on.
//
// What git runs ("git help credentials", CUSTOM HELPERS): the text after a "!", an absolute path unchanged, and for
// any other text "git credential-" followed by it. All of it goes through a shell.
func isDoorkey(entry gitconfig.Entry) bool {
	if isInstalled(entry.Value) {
		return true
	}
	snippet, isSnippet := strings.CutPrefix(entry.Value, "!")
	program, arguments, _ := strings.Cut(snippet, " ")
	if strings.ContainsAny(arguments, shellCharacters) {
		return false
	}
	return isInstalled(program) && !(isSnippet && program == shortName) || isSnippet && program == programName
}

// shellCharacters have a special meaning in a shell command.
const shellCharacters = "|&;<>()$`\\\"'*?[]#~{}\n\r"

// IsMisspelt reports whether an entry is meant to run doorkey, but git runs another command for it, which does not
// exist: git adds "git credential-" in front of anything but an absolute path.
func IsMisspelt(entry gitconfig.Entry) bool {
	program, _, _ := strings.Cut(entry.Value, " ")
	return strings.HasPrefix(program[strings.LastIndexAny(program, `/\`)+1:], programName) && program[0] != '!' && !isAbsolute(program)
}

// isAbsolute follows git (is_absolute_path), and accepts a Windows drive on any system.
func isAbsolute(path string) bool {
	return strings.HasPrefix(path, "/") || len(path) > 2 && path[1] == ':' && path[2] == '/'
}

// namesDoorkey reports whether an entry may run doorkey in any way.
func namesDoorkey(entry gitconfig.Entry) bool {
	return strings.Contains(entry.Value, shortName)
}

// configEscapes are the two characters that are escaped inside the quotes of a value ("git help config", SYNTAX).
var configEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// configText writes a helper as the value of a line in the configuration file.
func configText(helper string) string {
	if isPlain(helper) {
		return helper
	}
	return `"` + configEscapes.Replace(helper) + `"`
}

// parseConfigText is the inverse of configText. It returns "" for anything that configText does not write.
func parseConfigText(text string) string {
	helper := text
	if strings.HasPrefix(text, `"`) {
		helper = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(strings.Trim(text, `"`))
	}
	if configText(helper) != text {
		return ""
	}
	return helper
}
