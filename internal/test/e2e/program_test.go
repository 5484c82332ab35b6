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

	// What main.go puts together, so that "go test" runs these tests again when
	// something in the program has changed.
	_ "git-credential-doorkey/internal/doctor"
	_ "git-credential-doorkey/internal/setup"
)

// builtProgram is the variable that names a doorkey which is built already, for a
// compiled test that runs where there is no Go.
const builtProgram = "DOORKEY_TEST_PROGRAM"

// putProgramOnPath builds doorkey into a directory, or takes the one that is built
// already, and has git find it. It is built as the tests are, with or without the
// race detector. "go build" reads GOFLAGS, by which internal/tool/mutate gives it
// another source.
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

// asksNoKeyring returns an error unless a doorkey was built for tests: on Windows
// and macOS, any other would ask the keyring of the person who runs them.
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

// buildCommand builds doorkey, in the directory of the repository.
func buildCommand(ctx context.Context, program string, options ...string) *exec.Cmd {
	arguments := append([]string{"build", "-buildvcs=false", "-tags=" + practice.NoKeyring, "-o", program}, options...)
	if raceDetector {
		arguments = append(arguments, "-race")
	}
	return exec.CommandContext(ctx, "go", append(arguments, ".")...)
}

// dependsOnProgram has "go test" run a test again when main.go has changed, which no
// test can import: it notes which files a test has looked at. A compiled test may run
// where there is no source.
func dependsOnProgram() { _, _ = os.Stat("main.go") }

// enterRepository makes the directory of the repository the working directory, so
// that tests name its files as everybody does.
func enterRepository() error {
	directory, err := parts.FindRepository()
	if err != nil {
		return err
	}
	return os.Chdir(directory)
}

// undisturbed are the tests, which the environment of whoever runs them has nothing
// to say to, and which find the program on PATH. The commands have theirs from their
// test.
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
