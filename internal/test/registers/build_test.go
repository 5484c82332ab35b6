package registers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestBuild: an engine is built once, and again if its source changes.
func TestBuild(t *testing.T) {
	parts.Long(t)
	parts.Program(t, "go", "install Go")
	t.Setenv("DOORKEY_TEST_ENGINES", filepath.Join(t.TempDir(), "engines"))
	repository := t.TempDir()
	source := filepath.Join(repository, "testdata", "tiny")
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(makeDirectory(source), name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := func() string {
		t.Helper()
		file, err := Build(t.Context(), repository, "tiny")
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("go.mod", "module tiny\n\ngo 1.26.0\n")
	write("go.sum", "")
	write("main.go", "package main\n\nfunc main() { print(1) }\n")
	first := build()
	if said, err := exec.Command(first).CombinedOutput(); err != nil || string(said) != "1" {
		t.Errorf("%v: %s", err, said)
	}
	if err := os.WriteFile(first, []byte("not built again"), 0o700); err != nil {
		t.Fatal(err)
	}
	if again := build(); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	if content, _ := os.ReadFile(first); string(content) != "not built again" {
		t.Error("built twice")
	}
	write("main.go", "package main\n\nfunc main() { print(2) }\n")
	if changed := build(); changed == first {
		t.Errorf("%s also of another source", changed)
	}
	write("main.go", "package main\n\nfunc main() { undefined() }\n")
	if file, err := Build(t.Context(), repository, "tiny"); err == nil {
		t.Errorf("%s of a source with an error", file)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(first), "*")); len(left) != 2 {
		t.Errorf("left behind: %q", left)
	}
}
