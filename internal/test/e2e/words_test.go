package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/docs"
)

// TestRetiredWords: no document uses an expression that is hard to read and that we have
// replaced by a common one.
func TestRetiredWords(t *testing.T) {
	for _, document := range rewrittenDocuments(t) {
		text := docs.Words(t, document)
		for _, retired := range docs.RetiredWords() {
			if retired.ForUsers && !isForUsers(document) {
				continue
			}
			for _, place := range retired.Pattern.FindAllStringIndex(text, -1) {
				t.Errorf("%s: %q\nwrite it like %q instead of %q %s", document, around(text, place), retired.Rather, retired.Old, retired.Why)
			}
		}
	}
}

// TestRetiredWordsInMessages: no message, hint, prompt or help text of the program uses
// such an expression either.
func TestRetiredWordsInMessages(t *testing.T) {
	for _, message := range messages(t) {
		if !strings.Contains(message, " ") {
			continue // the name of an event, a field or a decision
		}
		for _, retired := range docs.RetiredWords() {
			for _, place := range retired.Pattern.FindAllStringIndex(message, -1) {
				t.Errorf("a message: %q\nwrite it like %q instead of %q %s", around(message, place), retired.Rather, retired.Old, retired.Why)
			}
		}
	}
}

// TestRetiredWordsAreFound: each pattern matches its example, and does not match its
// replacement.
func TestRetiredWordsAreFound(t *testing.T) {
	all := docs.RetiredWords()
	for _, retired := range all {
		if !retired.Pattern.MatchString(retired.Old) {
			t.Errorf("the pattern for %q does not find it", retired.Old)
		}
		for _, other := range all {
			if other.Pattern.MatchString(retired.Rather) {
				t.Errorf("%q, which is to replace %q, is what the pattern for %q finds", retired.Rather, retired.Old, other.Old)
			}
		}
	}
}

// TestREADMEIsShort: the README is for readers who decide whether to use doorkey.
// Everything else is in the documents that it links to.
func TestREADMEIsShort(t *testing.T) {
	const most = 250
	if lines := strings.Count(readText(t, "README.md"), "\n"); lines > most {
		t.Errorf("README.md has %d lines, and at most %d fit its purpose: move details to docs/", lines, most)
	}
}

// rewrittenDocuments returns the documents that have been rewritten without the retired
// words.
func rewrittenDocuments(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("docs/*.md")
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	documents := []string{"README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "docs/git-credential-doorkey.1"}
	for _, name := range found {
		documents = append(documents, filepath.ToSlash(name))
	}
	return documents
}

// isForUsers reports whether a document is for people who use doorkey, and not for people
// who change it.
func isForUsers(document string) bool {
	return !slices.Contains([]string{"CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "docs/decisions.md"}, document)
}

// around returns a place in a text with some words on both sides.
func around(text string, place []int) string {
	const context = 40
	return text[max(0, place[0]-context):min(len(text), place[1]+context)]
}
