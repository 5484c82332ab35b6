package e2e

import (
	"errors"
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layer is a package, the other packages of this module that it imports, and why.
type layer struct {
	name    string
	imports []string
	why     string
}

// layers are all packages, from the bottom to the top. Each imports only packages above its
// row, so you can read it without knowing the others.
func layers() []layer {
	return []layer{
		{"internal/secret", nil, "a text that never prints; all others hand it on"},
		{"internal/source", nil, "names where a setting is from; errors of the network and of sign-ins do"},
		{"internal/manual", nil, "the table of commands, from which help and documents are made"},
		{"internal/session", nil, "sessions of ssh on disk, and as the other machine has them; status and doctor show them"},
		{"credential", []string{"internal/secret"}, "git's protocol: no OAuth, no files"},
		{"oauthflow", []string{"internal/secret", "internal/source"}, "OAuth: no git, no files"},
		{"cache", []string{"internal/secret"}, "accounts on disk: no git, no OAuth"},
		{"internal/fleet", []string{"internal/secret"}, "one grant for many machines: no git, no files; who exchanges a token is told to it"},
		{"internal/gitconfig", []string{"internal/secret"}, "runs git config; a client secret is hidden from its arguments"},
		{"install", []string{"internal/gitconfig", "internal/secret"}, "changes git's configuration, and names the helpers in it"},

		{"internal/environment", []string{"internal/gitconfig", "oauthflow"}, "git's booleans; a browser is given only an address that may carry tokens"},
		{"internal/terminal", []string{"internal/environment", "internal/secret"}, "in a CI job nobody can be asked; a secret is typed"},
		{"internal/ui", []string{"cache", "internal/environment", "internal/manual", "internal/terminal", "oauthflow"}, "says what became of accounts and device codes"},
		{"internal/trace", []string{"internal/gitconfig", "oauthflow"}, "git's booleans; the requests of a client"},
		{"internal/settings", []string{"cache", "credential", "internal/environment", "internal/fleet", "internal/gitconfig", "internal/secret", "internal/source", "oauthflow"},
			"what git's configuration says, in the terms of OAuth, of the cache and of the fleet; a proxy's password is asked of git"},

		{"internal/helper", []string{"cache", "credential", "install", "internal/environment", "internal/fleet", "internal/gitconfig", "internal/secret", "internal/settings",
			"internal/terminal", "internal/trace", "internal/ui", "oauthflow"}, "answers git with all of the above"},
		{"internal/command", []string{"cache", "credential", "install", "internal/environment", "internal/fleet", "internal/gitconfig", "internal/helper", "internal/manual", "internal/secret",
			"internal/session", "internal/settings", "internal/terminal", "internal/ui", "oauthflow"}, "commands for people stand on what answers git"},
		{"internal/setup", []string{"install", "internal/command", "internal/environment", "internal/gitconfig", "internal/helper", "internal/secret", "internal/settings",
			"internal/terminal", "internal/trace", "internal/ui", "oauthflow"}, "a command too large for internal/command"},
		{"internal/doctor", []string{"cache", "install", "internal/command", "internal/environment", "internal/fleet", "internal/gitconfig", "internal/helper", "internal/manual", "internal/secret",
			"internal/session", "internal/settings", "internal/terminal", "internal/ui", "oauthflow"}, "a command too large for internal/command"},
		{"internal/forward", []string{"cache", "credential", "internal/command", "internal/environment", "internal/helper", "internal/secret", "internal/session", "internal/terminal", "internal/ui"},
			"lets git on another machine ask: a command too large for internal/command"},
		{".", []string{"cache", "credential", "internal/command", "internal/doctor", "internal/environment", "internal/forward", "internal/gitconfig", "internal/helper", "internal/manual",
			"internal/secret", "internal/settings", "internal/setup", "internal/terminal", "internal/trace", "internal/ui"}, "puts the program together"},

		// These are not in the program. A fake does not use the code that it checks.
		{"internal/test/fakegitlab", nil, "checks what a client sends, so it knows no client"},
		{"internal/test/fakebrowser", nil, "a person in front of any server"},
		{"internal/test/parts", nil, "what tests with a real part have in common"},
		{"internal/test/docs", []string{"internal/test/parts"}, "finds the documents"},
		{"internal/test/chromium", []string{"internal/test/parts"}, "a real part"},
		{"internal/test/engines", []string{"internal/test/parts"}, "real parts"},
		{"internal/test/keyring", []string{"internal/test/parts"}, "a real part"},
		{"internal/test/proxy", []string{"internal/test/parts"}, "a real part"},
		{"internal/test/sshd", []string{"internal/test/parts"}, "a real part"},
		{"internal/test/registers", []string{"internal/test/parts"}, "real parts"},
		{"internal/test/wine", nil, "a real part"},
		{"internal/test/wine/git", []string{"internal/test/wine"}, "the end of the bridge in Wine"},
		{"internal/test/practice", []string{"internal/test/fakebrowser"}, "a practice machine, for the tools"},
		{"internal/test/e2e", nil, "tests the program by running it"},

		{"internal/tool/manual", []string{"internal/manual"}, "writes the man page and the completions"},
		{"internal/tool/demo", []string{"internal/test/fakegitlab", "internal/test/practice"}, "plays on a practice GitLab"},
		{"internal/tool/stress", []string{"cache", "internal/test/fakegitlab", "internal/test/practice"}, "looks into the accounts afterwards"},
		{"internal/tool/bench", []string{"cache", "internal/secret", "internal/test/fakegitlab", "internal/test/keyring", "internal/test/practice"}, "fills the cache by hand"},
		{"internal/tool/bench/empty", nil, "a program that does nothing, to compare with"},
		{"internal/tool/mutate", nil, "changes source and runs tests"},
		{"internal/tool/notice", nil, "reads what go says of modules"},
		{"internal/tool/picture", []string{"internal/test/fakegitlab", "internal/test/parts", "internal/test/practice"}, "draws a terminal in which doorkey meets a practice GitLab"},
		{"internal/tool/release", nil, "builds what go builds"},
		{"internal/tool/testengines", []string{"internal/test/parts", "internal/test/registers"}, "builds the engines of the fleet's tests"},
	}
}

// TestLayers: every package is in the table and imports only what its row says from this
// module, and a row names only rows above it.
func TestLayers(t *testing.T) {
	const module = "git-credential-doorkey"
	rows := make(map[string]layer)
	for _, row := range layers() {
		for _, known := range row.imports {
			if _, above := rows[known]; !above {
				t.Errorf("%s: %s does not stand above it", row.name, known)
			}
		}
		if row.why == "" {
			t.Errorf("%s: the reason is missing", row.name)
		}
		rows[row.name] = row
	}
	for _, name := range packages(t) {
		t.Run(name, func(t *testing.T) {
			row, known := rows[name]
			if !known {
				t.Fatal("it has no row in layers: say there what it may import, and why")
			}
			found, err := build.ImportDir(name, 0)
			if err != nil && !errors.As(err, new(*build.NoGoError)) {
				t.Fatal(err)
			}
			var own []string
			for _, imported := range found.Imports {
				if path, isOwn := strings.CutPrefix(imported, module+"/"); isOwn {
					own = append(own, path)
				}
			}
			if !slices.Equal(own, row.imports) {
				t.Errorf("it imports\n%q, and its row says\n%q", own, row.imports)
			}
		})
	}
}

// TestRootHasOneFile: the root has one Go file, so that a newcomer sees where to start.
func TestRootHasOneFile(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || !slices.Equal(files, []string{"main.go"}) {
		t.Errorf("the Go files in the root are %q, %v", files, err)
	}
}

// packages returns all directories of the module that contain a package.
func packages(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return err
		case path != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "node_modules" || entry.Name() == "dist"):
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
