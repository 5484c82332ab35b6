package e2e

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/practice"

	// The packages that main.go uses, so that "go test" runs these tests again after a
	// change in the program.
	_ "git-credential-doorkey/internal/doctor"
	_ "git-credential-doorkey/internal/setup"
)

// builtProgram is the variable with the path of a doorkey that was already built, for a
// compiled test on a machine without Go.
const builtProgram = "DOORKEY_TEST_PROGRAM"

// putProgramOnPath puts a doorkey into a directory where git finds it. It builds doorkey,
// or uses the one that was already built. The race detector is on if it is on for the
// tests. "go build" reads GOFLAGS, with which internal/tool/mutate replaces a source file.
func putProgramOnPath(directory string) error {
	program := filepath.Join(directory, "git-credential-doorkey")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if built := os.Getenv(builtProgram); built != "" {
		if err := asksNoKeyring(built); err != nil {
			return err
		}
		content, err := os.ReadFile(built)
		if err != nil {
			return err
		}
		if err := os.WriteFile(program, content, 0o755); err != nil {
			return err
		}
	} else if output, err := buildCommand(context.Background(), program).CombinedOutput(); err != nil {
		return fmt.Errorf("build doorkey: %v: %s", err, output)
	}
	return os.Setenv("PATH", directory+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// asksNoKeyring returns an error unless a doorkey was built for tests. On Windows and
// macOS, any other doorkey would ask the keyring of the developer who runs the tests.
func asksNoKeyring(program string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	for _, setting := range info.Settings {
		if setting.Key == "-tags" && slices.Contains(strings.Split(setting.Value, ","), practice.NoKeyring) {
			return nil
		}
	}
	return fmt.Errorf(`"%s" was not built for tests: build it with -tags=%s`, program, practice.NoKeyring)
}

// buildCommand returns the command that builds doorkey, in the directory of the repository.
func buildCommand(ctx context.Context, program string, options ...string) *exec.Cmd {
	arguments := append([]string{"build", "-buildvcs=false", "-tags=" + practice.NoKeyring, "-o", program}, options...)
	if raceDetector {
		arguments = append(arguments, "-race")
	}
	return exec.CommandContext(ctx, "go", append(arguments, ".")...)
}

// dependsOnProgram makes "go test" run a test again after a change of main.go, which no
// test can import: go test records which files a test has looked at. A compiled test may
// run without the source.
func dependsOnProgram() { _, _ = os.Stat("main.go") }

// enterRepository changes to the directory of the repository, so that tests use the usual
// paths of its files.
func enterRepository() error {
	directory, err := parts.FindRepository()
	if err != nil {
		return err
	}
	return os.Chdir(directory)
}

// undisturbed runs the tests so that the developer's environment has no effect on them, and
// with doorkey on PATH. Commands get their environment from their test.
type undisturbed struct{ *testing.M }

func (u undisturbed) Run() int {
	parts.Undisturbed()
	directory, err := os.MkdirTemp("", "doorkey-e2e-")
	if err == nil {
		defer os.RemoveAll(directory)
		err = enterRepository()
	}
	windows := os.Getenv(windowsPrograms)
	switch {
	case err != nil:
	case windows != "":
		err = asksNoKeyring(filepath.Join(windows, "git-credential-doorkey.exe"))
	default:
		err = putProgramOnPath(directory)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return u.M.Run()
}
