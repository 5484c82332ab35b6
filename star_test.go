package main

import (
	"errors"
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// star says which of our own packages each of them may import. Those at the
// points of the star know nothing of each other, so that each can be read by
// itself; what stands beside the program is in no program, and a fake is not
// made of what it is to judge.
func star() map[string][]string {
	return map[string][]string{
		".": {"cache", "credential", "install", "oauthflow", "internal/gitconfig", "internal/manual", "internal/secret"},

		"credential": {"internal/secret"},
		"oauthflow":  {"internal/secret"},
		"cache":      {"internal/secret"},
		"install":    {"internal/gitconfig"},

		"internal/secret":          nil,
		"internal/gitconfig":       {"internal/secret"},
		"internal/manual":          nil,
		"internal/manual/generate": {"internal/manual"},

		"internal/fakegitlab":     nil,
		"internal/fakebrowser":    nil,
		"internal/testparts":      nil,
		"internal/chromiumtest":   {"internal/testparts"},
		"internal/doorkeepertest": {"internal/testparts"},
		"internal/keyringtest":    {"internal/testparts"},
		"internal/oidctest":       {"internal/testparts"},
		"internal/proxytest":      {"internal/testparts"},
		"internal/winetest":       {"internal/testparts"},
		"internal/winetest/git":   {"internal/winetest"},

		"internal/practice":    {"internal/fakebrowser"},
		"internal/demo":        {"internal/fakegitlab", "internal/practice"},
		"internal/stress":      {"cache", "internal/fakegitlab", "internal/practice"},
		"internal/bench":       {"cache", "internal/fakegitlab", "internal/keyringtest", "internal/practice", "internal/secret"},
		"internal/bench/empty": nil,

		"internal/mutate":  nil,
		"internal/notice":  nil,
		"internal/release": nil,
	}
}

// TestPackagesFormAStar: no package imports another one that it need not know.
func TestPackagesFormAStar(t *testing.T) {
	const module = "git-credential-doorkey/"
	for _, name := range packages(t) {
		t.Run(name, func(t *testing.T) {
			allowed, known := star()[name]
			if !known {
				t.Fatal("what it may import is not said here")
			}
			found, err := build.ImportDir(name, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, imported := range found.Imports {
				if own, isOwn := strings.CutPrefix(imported, module); isOwn && !slices.Contains(allowed, own) {
					t.Errorf("it imports %s", own)
				}
			}
		})
	}
}

// packages are all directories of the module with a package in them.
func packages(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return err
		case path != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "node_modules"):
			return fs.SkipDir
		}
		if _, err := build.ImportDir(path, 0); !errors.As(err, new(*build.NoGoError)) {
			names = append(names, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
