package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityNamesItsTests: every promise in SECURITY.md names a test, every test that it
// names exists, and it names every test of an attack.
func TestSecurityNamesItsTests(t *testing.T) {
	content, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for _, link := range regexp.MustCompile("\\[`([^`]+)`\\]\\(([^)]+)\\)").FindAllStringSubmatch(text, -1) {
		name, file := link[1], link[2]
		source, err := os.ReadFile(filepath.FromSlash(file))
		switch {
		case err != nil:
			t.Error(err)
		case strings.HasSuffix(file, ".txtar"):
			if file != "testdata/script/"+name+".txtar" {
				t.Errorf("the script %s is called %s", file, name)
			}
		case !strings.Contains(string(source), "\nfunc "+name+"("):
			t.Errorf("%s has no %s", file, name)
		}
	}
	_, promises, found := strings.Cut(text, "\n## Attackers and promises\n")
	if !found {
		t.Fatal("SECURITY.md does not have the section with the promises")
	}
	for line := range strings.Lines(promises) {
		isHeading := strings.HasPrefix(line, "| Promise") || strings.HasPrefix(line, "|---")
		if strings.HasPrefix(line, "|") && !isHeading && !strings.Contains(line, "](") {
			t.Errorf("a promise without a test: %s", line)
		}
	}
	for _, attack := range attacks(t) {
		if !strings.Contains(text, "`"+attack+"`") {
			t.Errorf("SECURITY.md does not name %s", attack)
		}
	}
}

// attacks lists the tests and scripts whose names say that they are an attack.
func attacks(t *testing.T) (names []string) {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (TestAttack\w+)\(`)
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if err != nil || entry.IsDir() || !strings.HasPrefix(name, "attack") {
			return err
		}
		if script, isScript := strings.CutSuffix(name, ".txtar"); isScript {
			names = append(names, script)
			return nil
		}
		content, err := os.ReadFile(path)
		for _, match := range declared.FindAllStringSubmatch(string(content), -1) {
			names = append(names, match[1])
		}
		return err
	})
	if err != nil || len(names) < 20 {
		t.Fatalf("found %q, %v", names, err)
	}
	return names
}
