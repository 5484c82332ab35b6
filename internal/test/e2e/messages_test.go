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

// TestCommandsCanBeCopied: a command in a message or a hint ends its line, without
// quotes, so that a double click and a copy take it whole.
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

// TestQuotedMessagesAreOurs: who looks for a message in the documentation finds
// the words that doorkey says.
func TestQuotedMessagesAreOurs(t *testing.T) {
	ofOthers := []string{
		"git: 'credential-doorkey' is not a git command", "No manual entry for git-credential-doorkey",
		"could not read Username", "HTTP Basic: Access denied", "The requested URL returned error: 403",
		"The redirect URI included is not valid", "The requested scope is invalid",
	}
	said := messages(t)
	const document = "docs/troubleshooting.md"
	for _, quoted := range quotedMessages(t, document) {
		switch {
		case slices.Contains(ofOthers, quoted):
		case !slices.ContainsFunc(pieces(quoted), isTelling):
			t.Errorf("%s has %q, which could be anything: quote three words in a row", document, quoted)
		case !slices.ContainsFunc(said, func(message string) bool { return says(message, quoted) }):
			t.Errorf("%s has %q, which nothing says", document, quoted)
		}
	}
}

// quotedMessages are those in the tables of messages.
func quotedMessages(t *testing.T, document string) (quoted []string) {
	t.Helper()
	tables := strings.Split(docs.Prose(t, document), "\n| Message | What to do |\n")[1:]
	for _, table := range tables {
		table, _, _ = strings.Cut(table, "\n\n")
		for row := range strings.Lines(table) {
			cell, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " | ")
			for _, words := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
				quoted = append(quoted, words[1])
			}
		}
	}
	if len(quoted) == 0 {
		t.Fatalf("%s quotes no message", document)
	}
	return quoted
}

// says reports whether a message has all pieces of a quotation, in their order.
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

// pieces are what a quotation consists of besides what differs from time to time:
// that is "…" in a message; in the quotation it may be a number or a word in
// quotes, for example.
func pieces(quoted string) []string {
	return strings.Split(regexp.MustCompile(`\b\d+(m\d+)?s?\b|"[a-z_…]+"`).ReplaceAllString(quoted, "…"), "…")
}

// isTelling reports whether a piece of a quotation is that of one message, or of
// few: two words stand in many.
func isTelling(piece string) bool {
	return len(regexp.MustCompile(`\pL\S*`).FindAllString(piece, -1)) >= 3
}

// messages are all texts in the program's source, as they are put together
// there. What is filled in is "…".
func messages(t *testing.T) (texts []string) {
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
				texts = append(texts, textsOf(t, file)...)
			}
		}
	}
	return texts
}

func textsOf(t *testing.T, file string) (texts []string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, content, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		expression, isExpression := node.(ast.Expr)
		if !isExpression {
			return true
		}
		text := textOf(expression)
		if strings.Trim(text, "…") == "" {
			return true
		}
		texts = append(texts, regexp.MustCompile(`%(\[\d\])?[dqsv]`).ReplaceAllString(text, "…"))
		return false
	})
	return texts
}

// textOf is what an expression of texts comes to; "…" where that is seen only when
// it runs.
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
