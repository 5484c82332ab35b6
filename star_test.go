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

		"internal/secret":      nil,
		"internal/gitconfig":   {"internal/secret"},
		"internal/manual":      nil,
		"internal/tool/manual": {"internal/manual"},

		"internal/test/fakegitlab":  nil,
		"internal/test/fakebrowser": nil,
		"internal/test/parts":       nil,
		"internal/test/chromium":    {"internal/test/parts"},
		"internal/test/doorkeeper":  {"internal/test/parts"},
		"internal/test/keyring":     {"internal/test/parts"},
		"internal/test/oidc":        {"internal/test/parts"},
		"internal/test/proxy":       {"internal/test/parts"},
		"internal/test/wine":        {"internal/test/parts"},
		"internal/test/wine/git":    {"internal/test/wine"},

		"internal/test/practice":    {"internal/test/fakebrowser"},
		"internal/tool/demo":        {"internal/test/fakegitlab", "internal/test/practice"},
		"internal/tool/stress":      {"cache", "internal/test/fakegitlab", "internal/test/practice"},
		"internal/tool/bench":       {"cache", "internal/test/fakegitlab", "internal/test/keyring", "internal/test/practice", "internal/secret"},
		"internal/tool/bench/empty": nil,

		"internal/tool/mutate":  nil,
		"internal/tool/notice":  nil,
		"internal/tool/release": nil,
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
