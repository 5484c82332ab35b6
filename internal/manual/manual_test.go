package manual_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/test/parts"
)

// repository is the directory of the files that are compared with the table.
const repository = "../.."

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestGeneratedFiles: the generated files in the repository match the table.
func TestGeneratedFiles(t *testing.T) {
	for path, want := range manual.Generated() {
		t.Run(path, func(t *testing.T) {
			if read(t, path) != want {
				t.Errorf("%s is out of date: run \"go generate ./internal/manual\"", path)
			}
		})
	}
}

// TestDocumentsHaveEveryCommand: the README's table has every command, and both the README
// and docs/commands.md have every option.
func TestDocumentsHaveEveryCommand(t *testing.T) {
	readme := read(t, "README.md")
	_, section, _ := strings.Cut(readme, "\n## Commands\n")
	section, _, _ = strings.Cut(section, "\n## ")
	everything := readme + read(t, "docs/commands.md")
	for _, command := range manual.Commands() {
		if !command.Protocol && !regexp.MustCompile("`"+command.Name+"[` ]").MatchString(section) {
			t.Errorf("the command %q is missing", command.Name)
		}
		for _, option := range command.Options {
			if !strings.Contains(everything, "--"+option.Name) {
				t.Errorf("the option %q of %q is missing", option.Name, command.Name)
			}
		}
	}
}

// TestDocumentHasEverySetting: docs/configuration.md has every setting and variable.
func TestDocumentHasEverySetting(t *testing.T) {
	document := read(t, "docs/configuration.md")
	for _, entry := range append(manual.Settings(), manual.Variables()...) {
		if !strings.Contains(document, "`"+entry.Name+"`") {
			t.Errorf("%q is missing", entry.Name)
		}
	}
}

// TestDocumentHasEveryExitCode: the table of exit codes matches the manual page.
func TestDocumentHasEveryExitCode(t *testing.T) {
	_, section, _ := strings.Cut(read(t, "docs/for-programs.md"), "\n## Exit codes\n")
	var described []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(section, -1) {
		described = append(described, row[1])
	}
	var codes []string
	for _, entry := range manual.ExitCodes() {
		codes = append(codes, entry.Name)
	}
	if !slices.Equal(described, codes) {
		t.Errorf("described are %q, and there are %q", described, codes)
	}
}

// TestSettingsOfDocumentsExist: every setting that a document names exists.
func TestSettingsOfDocumentsExist(t *testing.T) {
	documents, err := filepath.Glob(filepath.Join(repository, "docs", "*.md"))
	if err != nil || len(documents) == 0 {
		t.Fatal(documents, err)
	}
	for _, document := range append(documents, filepath.Join(repository, "README.md")) {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, named := range regexp.MustCompile("`(?:credential\\.)?(oauth[A-Z][A-Za-z]*)`").FindAllSubmatch(text, -1) {
			if !slices.ContainsFunc(manual.Settings(), func(e manual.Entry) bool { return e.Name == string(named[1]) }) {
				t.Errorf("%s: there is no setting %q", document, named[1])
			}
		}
	}
}

// TestSettingsAreThoseThatAreRead: the table has the keys that internal/settings reads.
func TestSettingsAreThoseThatAreRead(t *testing.T) {
	var used, listed []string
	for _, key := range regexp.MustCompile(`values\["([a-z]+)"\]`).FindAllStringSubmatch(read(t, "internal/settings/settings.go"), -1) {
		used = append(used, key[1])
	}
	for _, setting := range manual.Settings() {
		listed = append(listed, strings.ToLower(setting.Name))
	}
	slices.Sort(used)
	slices.Sort(listed)
	if used = slices.Compact(used); !slices.Equal(used, listed) {
		t.Errorf("internal/settings reads %q, the table has %q", used, listed)
	}
}

// TestWords: every row has a form that works in help, in the page and in a completion.
func TestWords(t *testing.T) {
	for _, command := range manual.Commands() {
		if command.Summary == "" || strings.HasSuffix(command.Summary, ".") {
			t.Errorf("summary %q of %q: want a line without a full stop", command.Summary, command.Name)
		}
		for _, option := range command.Options {
			if option.Summary == "" || strings.HasPrefix(option.Name, "-") {
				t.Errorf("option %q of %q lacks its words", option.Name, command.Name)
			}
		}
		fitsTerminal(t, command.Help())
	}
	fitsTerminal(t, manual.Usage())
	if rows := strings.Count(manual.Usage(), "\n"); rows > 23 {
		t.Errorf("the usage has %d lines: it does not fit on a screen of 24 with the shell's prompt", rows)
	}
}

func fitsTerminal(t *testing.T, help string) {
	t.Helper()
	for line := range strings.Lines(help) {
		if len(line) > 80 {
			t.Errorf("a line of %d characters: %q", len(line), line)
		}
	}
}

// TestManPageDescribesOnce: the page has text that several commands share only once, and
// the help of each of these commands has it, too.
func TestManPageDescribesOnce(t *testing.T) {
	words := func(text string) string {
		return strings.Join(strings.Fields(strings.ReplaceAll(text, `\-`, "-")), " ")
	}
	page := words(manual.ManPage())
	for _, command := range manual.Commands() {
		for _, paragraph := range command.Shared {
			if n := strings.Count(page, paragraph); n != 1 {
				t.Errorf("the page has %d times: %s", n, paragraph)
			}
			if !strings.Contains(words(command.Help()), paragraph) {
				t.Errorf("the help of %q does not have: %s", command.Name, paragraph)
			}
		}
		for _, option := range command.Options {
			described := words(`\fB--` + option.Name + `\fR`)
			if same := sameOption(option); strings.Count(page, described) != same {
				t.Errorf("the page describes --%s %d times, want %d", option.Name, strings.Count(page, described), same)
			}
		}
	}
}

// sameOption counts the different meanings of an option's name.
func sameOption(option manual.Option) int {
	meanings := make(map[string]bool)
	for _, command := range append(manual.Commands(), manual.Command{Options: manual.Common()}) {
		for _, other := range command.Options {
			if other.Name == option.Name {
				meanings[other.Value+" "+other.Summary] = true
			}
		}
	}
	return len(meanings)
}

// TestManPage: neither formatter prints a warning.
func TestManPage(t *testing.T) {
	page := filepath.Join(repository, "docs/git-credential-doorkey.1")
	for _, row := range []struct{ program, install, arguments string }{
		{"man", "apt-get install man-db groff-base", "--warnings -E UTF-8 -l -Tutf8 -Z"},
		{"mandoc", "apt-get install mandoc", "-T lint -W warning"},
	} {
		t.Run(row.program, func(t *testing.T) {
			parts.Program(t, row.program, row.install)
			if row.program == "man" && !isManDB() {
				parts.Missing(t, "the man of man-db", row.install)
			}
			command := exec.Command(row.program, append(strings.Fields(row.arguments), page)...)
			command.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
			var complaints strings.Builder
			command.Stderr = &complaints
			output, err := command.Output()
			if row.program == "mandoc" {
				complaints.Write(output)
			}
			if err != nil || complaints.Len() > 0 {
				t.Errorf("%v\n%s", err, complaints.String())
			}
		})
	}
}

// isManDB reports whether the program "man" is man-db's. The one on macOS has different
// options.
func isManDB() bool {
	version, err := exec.Command("man", "--version").Output()
	return err == nil && strings.HasPrefix(string(version), "man 2.")
}

// TestCompletionIsShell: the shells can parse the completions.
func TestCompletionIsShell(t *testing.T) {
	for _, row := range []struct{ shell, file string }{
		{"bash", "git-credential-doorkey.bash"}, {"zsh", "_git-credential-doorkey"}, {"fish", "git-credential-doorkey.fish"},
	} {
		t.Run(row.shell, func(t *testing.T) {
			parts.Program(t, row.shell, "apt-get install "+row.shell)
			if output, err := exec.Command(row.shell, "-n", filepath.Join(repository, "completions", row.file)).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}

// TestBashCompletion asks a real bash what it would suggest.
func TestBashCompletion(t *testing.T) {
	parts.Program(t, "bash", "apt-get install bash")
	for _, row := range []struct {
		name, typed string
		want        []string
	}{
		{"a command", "git-credential-doorkey log", []string{"login", "logout"}},
		{"a command of git's", "git credential-doorkey stat", []string{"status"}},
		{"an option of a command", "git-credential-doorkey doctor --", []string{"--json"}},
		{"the value of an option", "git-credential-doorkey login --flow p", []string{"paste"}},
		{"an option before the command", "git-credential-doorkey --ev", []string{"--events"}},
		{"a kind of server", "git-credential-doorkey setup --provider for", []string{"forgejo"}},
		{"a shell", "git-credential-doorkey completion z", []string{"zsh"}},
		{"nothing for git's own verbs", "git-credential-doorkey era", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			script := `source "$1"; read -ra COMP_WORDS <<<"$2"; COMP_CWORD=$((${#COMP_WORDS[@]}-1)); COMPREPLY=(); _git_credential_doorkey; printf '%s\n' "${COMPREPLY[@]}"`
			file := filepath.Join(repository, "completions/git-credential-doorkey.bash")
			output, err := exec.Command("bash", "-c", script, "bash", file, row.typed).Output()
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Fields(string(output)); !slices.Equal(got, row.want) {
				t.Errorf("offers %q, want %q", got, row.want)
			}
		})
	}
}
