package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRefused: the program does not start to build a release that would be wrong.
func TestRefused(t *testing.T) {
	for _, row := range []struct{ name, args, want string }{
		{"no version", "", "-version"},
		{"a version without v", "-version 1.2.3", "v1.2.3"},
		{"a version that Debian sorts otherwise than Go", "-version v1.2.3-rc1", "v1.2.3"},
		{"manifests without the place of the archives", "-version v1.2.3 -home https://example.com", "-files"},
		{"a place without a page", "-version v1.2.3 -files https://example.com", "-home"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := run(t.Context(), strings.Fields(row.args)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want an error with %q", err, row.want)
			}
		})
	}
}

// TestDocumentsComeAlong: the links in the README, and the links between documents, lead to
// files that are in an archive, too.
func TestDocumentsComeAlong(t *testing.T) {
	var places []string
	for _, companion := range companions() {
		places = append(places, companion.place)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, document := range documents() {
		content, err := os.ReadFile(filepath.Join("../../..", filepath.FromSlash(document)))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(content), -1) {
			target := path.Join(path.Dir(document), found[1])
			if (document == "README.md" || path.Ext(target) == ".md") && !slices.Contains(places, target) {
				t.Errorf("%s links to %s, which no archive has", document, target)
			}
		}
	}
}
