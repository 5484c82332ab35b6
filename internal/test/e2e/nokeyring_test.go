package e2e

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/practice"
)

// TestProgramAsksNoKeyring: scripts, keepers and victims start the doorkey that is on PATH.
// On Windows and macOS, it does not ask a keyring, whatever a script sets or unsets.
func TestProgramAsksNoKeyring(t *testing.T) {
	if os.Getenv(windowsPrograms) != "" {
		t.Skip("Wine has a Credential Manager of its own")
	}
	program, err := exec.LookPath("git-credential-doorkey")
	if err != nil {
		t.Fatal(err)
	}
	if err := asksNoKeyring(program); err != nil {
		t.Error(err)
	}
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if asksNoKeyring(test) == nil {
		t.Errorf("%s passes for a program that was built for tests", test)
	}
}

// TestBuildsAskNoKeyring: a doorkey that a test or a tool builds for itself does not ask a
// keyring either, unless there is a reason for it.
func TestBuildsAskNoKeyring(t *testing.T) {
	reasons := map[string]string{
		"internal/test/e2e/start_test.go":       "it measures the program of a release, and has it answer what needs no key",
		"internal/tool/bench/programs.go":       "it measures the program of a release, with a keyring of its own",
		"internal/tool/release/build.go":        "it makes the release, and starts nothing",
		"internal/test/registers/build.go":      "it builds engines, and no doorkey",
		"internal/test/e2e/program_test.go":     "", // it needs no reason: it has the tag
		"internal/test/practice/practice.go":    "",
		"internal/test/e2e/names_linux_test.go": "",
	}
	for _, file := range goFiles(t, "internal/test", "internal/tool") {
		text := readText(t, file)
		if !strings.Contains(text, `"build", "-`) || file == "internal/test/e2e/nokeyring_test.go" {
			continue
		}
		reason, known := reasons[file]
		if !known || reason == "" && !strings.Contains(text, "NoKeyring,") {
			t.Errorf("%s builds doorkey without practice.NoKeyring: on Windows and macOS it can ask the keyring of whoever runs the tests", file)
		}
		delete(reasons, file)
	}
	for file := range reasons {
		t.Errorf("%s builds nothing any more: take its row out", file)
	}
}

// goFiles returns the paths of the Go files in and below these directories, with slashes.
func goFiles(t *testing.T, directories ...string) (files []string) {
	t.Helper()
	for _, directory := range directories {
		err := filepath.WalkDir(directory, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".go" {
				files = append(files, filepath.ToSlash(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestNoKeyringTag: the program for Windows and macOS contains the file without a keyring
// if it is built with the tag, and only then.
func TestNoKeyringTag(t *testing.T) {
	parts.Go(t)
	for tags, want := range map[string]string{"": "keyring_native.go", practice.NoKeyring: "keyring_native_none.go"} {
		for _, system := range []string{"windows", "darwin"} {
			t.Run(system+" "+tags, func(t *testing.T) {
				list := exec.CommandContext(t.Context(), "go", "list", "-tags="+tags, "-f", `{{join .GoFiles " "}}`, "./cache")
				list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH=amd64")
				output, err := list.Output()
				if err != nil {
					t.Fatal(err)
				}
				files := slices.DeleteFunc(strings.Fields(string(output)), func(name string) bool { return !strings.HasPrefix(name, "keyring_native") })
				if !slices.Equal(files, []string{want}) {
					t.Errorf("the program has %q, want %s", files, want)
				}
			})
		}
	}
}
