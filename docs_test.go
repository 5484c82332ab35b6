package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestLinksOfDocuments: each link between the files of the repository leads to a
// file, and to a heading where it names one.
func TestLinksOfDocuments(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, document := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(prose(t, document), -1) {
			target := found[1]
			if strings.Contains(target, ":") {
				continue // on another server
			}
			file, anchor, hasAnchor := strings.Cut(target, "#")
			if file = path.Join(path.Dir(document), file); strings.HasPrefix(target, "#") {
				file = document
			}
			if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
				t.Errorf("%s links to %q: %v", document, target, err)
			} else if hasAnchor && !slices.Contains(anchors(t, file), anchor) {
				t.Errorf("%s links to %q: %s has no such heading", document, target, file)
			} else if strings.Contains(anchor, "--") {
				t.Errorf("%s links to %q: GitLab makes one hyphen of several", document, target)
			}
		}
	}
}

// TestContentsOfREADME: the table of contents has every section, in their order.
func TestContentsOfREADME(t *testing.T) {
	text := prose(t, "README.md")
	_, rest, _ := strings.Cut(text, "\nContents:\n")
	contents, _, _ := strings.Cut(rest, "\n## ")
	var listed []string
	for _, found := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(contents, -1) {
		listed = append(listed, found[1])
	}
	var sections []string
	for _, found := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(text, -1) {
		sections = append(sections, anchorOf(found[1]))
	}
	if !slices.Equal(listed, sections) {
		t.Errorf("the contents are\n%q, and the sections\n%q", listed, sections)
	}
}

// TestDocumentHasEveryEvent: the table of events is what doorkey says.
func TestDocumentHasEveryEvent(t *testing.T) {
	var said []string
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`event\{\s*Event: "([a-z_]+)"`).FindAllStringSubmatch(string(content), -1) {
			said = append(said, found[1])
		}
	}
	described := firstCells(t, "docs/for-programs.md", "Events")
	slices.Sort(said)
	slices.Sort(described)
	if said = slices.Compact(said); !slices.Equal(said, described) {
		t.Errorf("doorkey says\n%q, and described are\n%q", said, described)
	}
}

// TestDocumentHasEveryCheck: the table of the doctor's checks has them all, in
// their order.
func TestDocumentHasEveryCheck(t *testing.T) {
	var checked []string
	for _, check := range append(checksOfMachine(), checksOfHost()...) {
		checked = append(checked, check.name)
	}
	if described := firstCells(t, "docs/troubleshooting.md", "What the doctor looks at"); !slices.Equal(checked, described) {
		t.Errorf("the doctor checks\n%q, and described are\n%q", checked, described)
	}
}

// TestDocumentHasEveryField: what programs read is described.
func TestDocumentHasEveryField(t *testing.T) {
	text, err := os.ReadFile("docs/for-programs.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, read := range []any{event{}, statusReport{}, statusAccount{}, statusUnreadable{}, diagnosis{}, finding{}} {
		kind := reflect.TypeOf(read)
		for i := range kind.NumField() {
			name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("the field %q of %v is missing", name, kind)
			}
		}
	}
}

// firstCells are the words of code in the first cells of a section's tables.
func firstCells(t *testing.T, document, section string) (words []string) {
	t.Helper()
	_, text, found := strings.Cut(prose(t, document), "\n## "+section+"\n")
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

// documents are all documents of the repository, as paths with "/".
func documents(t *testing.T) (found []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".md"):
			found = append(found, name)
		}
		return nil
	})
	if err != nil || !slices.Contains(found, "README.md") {
		t.Fatal(found, err)
	}
	return found
}

// prose is a document without its blocks of code, in which "#" begins a comment.
func prose(t *testing.T, document string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.FromSlash(document))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	return regexp.MustCompile("(?ms)^ *```.*?^ *```$").ReplaceAllString(text, "")
}

func anchors(t *testing.T, document string) (all []string) {
	t.Helper()
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(prose(t, document), -1) {
		all = append(all, anchorOf(heading[1]))
	}
	return all
}

// anchorOf is how GitLab and GitHub call a heading in an address.
func anchorOf(heading string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case unicode.IsLetter(c) || unicode.IsDigit(c) || c == '-' || c == '_':
			return unicode.ToLower(c)
		}
		return -1
	}, heading)
}
