package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/docs"
)

// TestCommandsCanBeCopied: a command in a message or a hint is at the end of its line,
// without quotes, so that users can select and copy all of it.
func TestCommandsCanBeCopied(t *testing.T) {
	for _, message := range messages(t) {
		for line := range strings.Lines(message) {
			if regexp.MustCompile(`"git (credential|config)`).MatchString(line) && !strings.HasPrefix(line, "#") {
				t.Errorf("a command in quotes: %q", line)
			}
			if _, command, found := strings.Cut(line, "run: "); found && strings.ContainsAny(command, `",;`) {
				t.Errorf("more than a command at the end of %q", line)
			}
		}
	}
}

// TestQuotedMessagesAreOurs: the documentation quotes messages as doorkey prints them, so
// that a search for a message finds it.
func TestQuotedMessagesAreOurs(t *testing.T) {
	ofOthers := []string{
		"git: 'credential-doorkey' is not a git command", "No manual entry for git-credential-doorkey",
		"could not read Username", "HTTP Basic: Access denied", "The requested URL returned error: 403",
		"The redirect URI included is not valid", "The requested scope is invalid",
		"failed to authenticate when downloading repository",
	}
	said := messages(t)
	for _, document := range documentsWithMessages() {
		for _, quoted := range quotedMessages(t, document) {
			switch {
			case slices.Contains(ofOthers, quoted):
			case !slices.ContainsFunc(pieces(quoted), isTelling):
				t.Errorf("%s has %q, which could be anything: quote three words in a row", document, quoted)
			case !slices.ContainsFunc(said, func(message string) bool { return says(message, quoted) }):
				t.Errorf("%s has %q, which doorkey does not print", document, quoted)
			}
		}
	}
}

// TestErrorsWithHintsAreInTheDocuments: each error that needs a hint has a heading in the
// documents, which explain it. The documents explain the doctor's findings where they
// describe the doctor.
func TestErrorsWithHintsAreInTheDocuments(t *testing.T) {
	var quoted []string
	for _, document := range documentsWithMessages() {
		quoted = append(quoted, quotedMessages(t, document)...)
	}
	errors := errorsWithHints(t)
	if len(errors) < 40 {
		t.Fatalf("only %d errors with hints were found", len(errors))
	}
	for _, what := range errors {
		if !slices.ContainsFunc(quoted, func(heading string) bool { return says(what, heading) }) {
			t.Errorf("none of %q has a heading for %q", documentsWithMessages(), what)
		}
	}
}

// documentsWithMessages returns the documents that explain messages, each below a heading
// of the third level.
func documentsWithMessages() []string {
	return []string{"docs/troubleshooting.md", "docs/over-ssh.md"}
}

// quotedMessages returns the messages that are headings in a document.
func quotedMessages(t *testing.T, document string) (quoted []string) {
	t.Helper()
	for _, heading := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(docs.Prose(t, document), -1) {
		quoted = append(quoted, strings.Trim(heading[1], "`"))
	}
	if len(quoted) == 0 {
		t.Fatalf("%s quotes no message", document)
	}
	return quoted
}

// errorsWithHints returns all errors of the program that are followed by a hint and whose
// first line is a text of their own.
func errorsWithHints(t *testing.T) (errors []string) {
	t.Helper()
	for _, file := range sources(t) {
		if strings.HasPrefix(file, "internal/doctor/") {
			continue
		}
		inspect(t, file, func(node ast.Node) bool {
			call, isCall := node.(*ast.CallExpr)
			if !isCall || len(call.Args) == 0 || !isErrorFunction(call.Fun) {
				return true
			}
			text := filledIn(textOf(call.Args[0]))
			first, _, hasHint := strings.Cut(text, "\n")
			if hasHint && slices.ContainsFunc(pieces(first), isTelling) {
				errors = append(errors, text)
			}
			return true
		})
	}
	return errors
}

// isErrorFunction reports whether a function is errors.New or fmt.Errorf.
func isErrorFunction(function ast.Expr) bool {
	selector, is := function.(*ast.SelectorExpr)
	return is && (selector.Sel.Name == "Errorf" || selector.Sel.Name == "New")
}

// says reports whether a message contains all pieces of a quotation, in their order.
func says(message, quoted string) bool {
	for _, piece := range pieces(quoted) {
		_, after, found := strings.Cut(message, strings.TrimSpace(piece))
		if !found {
			return false
		}
		message = after
	}
	return true
}

// varying is a part of a quotation that varies: a number, or a word in quotes.
var varying = regexp.MustCompile(`\b\d+(m\d+)?s?\b|"[a-z_…]+"`)

// pieces returns the parts of a quotation that do not vary. The varying parts are "…" in a
// message.
func pieces(quoted string) []string {
	return strings.Split(varying.ReplaceAllString(quoted, "…"), "…")
}

// isTelling reports whether a piece of a quotation identifies one message, or a few. Two
// words occur in too many messages.
func isTelling(piece string) bool {
	return len(regexp.MustCompile(`\pL\S*`).FindAllString(piece, -1)) >= 3
}

// messages returns all texts in the program's source, in the form in which the program puts
// them together. Inserted values are "…".
func messages(t *testing.T) (texts []string) {
	t.Helper()
	for _, file := range sources(t) {
		texts = append(texts, textsOf(t, file)...)
	}
	return texts
}

// sources returns the paths of the program's source files, with "/", without tests and
// tools.
func sources(t *testing.T) (found []string) {
	t.Helper()
	for _, directory := range packages(t) {
		if strings.HasPrefix(directory, "internal/test/") || strings.HasPrefix(directory, "internal/tool/") {
			continue // not in the program
		}
		files, err := filepath.Glob(filepath.Join(directory, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(directory, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				found = append(found, filepath.ToSlash(file))
			}
		}
	}
	return found
}

func textsOf(t *testing.T, file string) (texts []string) {
	t.Helper()
	inspect(t, file, func(node ast.Node) bool {
		expression, isExpression := node.(ast.Expr)
		if !isExpression {
			return true
		}
		text := textOf(expression)
		if strings.Trim(text, "…") == "" {
			return true
		}
		texts = append(texts, filledIn(text))
		return false
	})
	return texts
}

// inspect visits the syntax tree of a file.
func inspect(t *testing.T, file string, visit func(ast.Node) bool) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, content, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, visit)
}

// filledIn replaces the verbs of a format by "…".
func filledIn(format string) string {
	return regexp.MustCompile(`%(\[\d\])?[dqsvw]`).ReplaceAllString(format, "…")
}

// textOf returns the value of an expression of texts. Parts that are known only at run time
// are "…".
func textOf(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return textOf(e.X) + textOf(e.Y)
		}
	}
	return "…"
}
