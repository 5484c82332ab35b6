// Package docs reads the project's documents, for tests that compare them with the code.
package docs

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// Prose returns a document without its blocks of code, in which "#" begins a
// comment. The document's path is relative to the repository, with "/".
func Prose(t testing.TB, document string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(parts.Repository(t), filepath.FromSlash(document)))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	return regexp.MustCompile("(?ms)^ *```.*?^ *```$").ReplaceAllString(text, "")
}

// FirstCells returns the words of code in the first cells of a section's tables.
func FirstCells(t testing.TB, document, section string) (words []string) {
	t.Helper()
	_, text, found := strings.Cut(Prose(t, document), "\n## "+section+"\n")
	if !found {
		t.Fatalf("%s has no section %q", document, section)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	for _, cell := range regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|").FindAllStringSubmatch(text, -1) {
		for _, word := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell[1], -1) {
			words = append(words, word[1])
		}
	}
	return words
}

// HasFields fails unless a document names every field of these structs, by its JSON
// name.
func HasFields(t testing.TB, document string, structs ...any) {
	t.Helper()
	text := Prose(t, document)
	for _, read := range structs {
		kind := reflect.TypeOf(read)
		for i := range kind.NumField() {
			name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(text, "`"+name+"`") {
				t.Errorf("%s does not have the field %q of %v", document, name, kind)
			}
		}
	}
}
