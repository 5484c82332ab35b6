package e2e

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"git-credential-doorkey/internal/test/docs"
)

// TestLinksOfDocuments: each link between the files of the repository leads to a file, and
// to a heading if the link names one.
func TestLinksOfDocuments(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, document := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(docs.Prose(t, document), -1) {
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
	text := docs.Prose(t, "README.md")
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

// documents returns the paths of all documents of the repository, with "/".
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

func anchors(t *testing.T, document string) (all []string) {
	t.Helper()
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(docs.Prose(t, document), -1) {
		all = append(all, anchorOf(heading[1]))
	}
	return all
}

// anchorOf returns the name that GitLab and GitHub give a heading in an address.
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
