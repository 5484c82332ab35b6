package main

import (
	"go/build"
	"slices"
	"strings"
	"testing"
)

// TestPackagesFormAStar: main imports all packages, and those at its points
// import none of each other, so that each can be read by itself.
func TestPackagesFormAStar(t *testing.T) {
	const module = "git-credential-doorkey/"
	for point, allowed := range map[string][]string{
		"credential": {"internal/secret"},
		"oauthflow":  {"internal/secret"},
		"cache":      {"internal/secret"},
		"install":    {"internal/gitconfig"},

		"internal/secret":    nil,
		"internal/gitconfig": {"internal/secret"},
		"internal/manual":    nil,
	} {
		t.Run(point, func(t *testing.T) {
			found, err := build.ImportDir(point, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, imported := range found.Imports {
				if name, own := strings.CutPrefix(imported, module); own && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s", point, name)
				}
			}
		})
	}
}
