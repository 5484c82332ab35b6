package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuardsStand: each guard is in its file exactly once, so that it can be removed, and
// its test exists. The program itself shows that the test fails without the guard.
func TestGuardsStand(t *testing.T) {
	t.Chdir(filepath.Join("..", "..", ".."))
	names := make(map[string]bool)
	for _, g := range guards() {
		t.Run(g.name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.FromSlash(g.file))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(content), g.with); n != 1 {
				t.Errorf("it is %d times in %s: %s", n, g.file, g.with)
			}
			if names[g.name] || g.with == g.without {
				t.Error("it is there twice, or nothing is taken out")
			}
			names[g.name] = true
			directory, test, _ := strings.Cut(g.test, " ")
			test, script, isScript := strings.Cut(test, "/")
			if !isTest(t, directory, test) {
				t.Errorf("there is no %s", g.test)
			}
			if _, err := os.Stat(filepath.Join("testdata", "script", script+".txtar")); isScript && err != nil {
				t.Error(err)
			}
		})
	}
}

func isTest(t *testing.T, directory, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^func ` + name + `\(`)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if declared.Match(content) {
			return true
		}
	}
	return false
}
