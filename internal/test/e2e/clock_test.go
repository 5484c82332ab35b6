package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clockVariable says by how many seconds the clock of a doorkey from buildWithClock is
// ahead.
const clockVariable = "DOORKEY_TEST_CLOCK"

// readsClockVariable is an additional file of package time. No other doorkey contains it.
const readsClockVariable = `package time

import "syscall"

var wrongBy = func() int64 {
	text, _ := syscall.Getenv("` + clockVariable + `")
	seconds, _ := atoi(text)
	return int64(seconds)
}()
`

// buildWithClock builds a doorkey whose clock can be wrong. A Go program asks the kernel
// for the time without the C library, so nothing outside can tell it another time: this
// one is built with a copy of Go's standard library, in which time.Now adds an offset.
// ("go build -overlay" does not replace files of a Go that was downloaded as a module.)
func buildWithClock(t *testing.T) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	root, program := filepath.Join(directory, "go"), filepath.Join(directory, "git-credential-doorkey")
	if err := copyGo(root, strings.TrimSpace(string(output))); err != nil {
		t.Fatal(err)
	}
	changeClock(t, filepath.Join(root, "src", "time"))
	build := buildCommand(t.Context(), program)
	build.Env = append(os.Environ(), "GOROOT="+root, "GOTOOLCHAIN=local")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return program
}

// copyGo copies the sources of an installed Go. The rest of it is linked.
func copyGo(to, from string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	err = os.Mkdir(to, 0o700)
	for _, entry := range entries {
		original, copied := filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())
		if entry.Name() == "src" {
			err = errors.Join(err, os.CopyFS(copied, os.DirFS(original)))
		} else {
			err = errors.Join(err, os.Symlink(original, copied))
		}
	}
	return err
}

// changeClock has time.Now add the offset, in a directory with the sources of package time.
func changeClock(t *testing.T, directory string) {
	t.Helper()
	const now = "\tsec, nsec, mono := runtimeNow()\n\tif mono == 0"
	path := filepath.Join(directory, "time.go")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(content), now) != 1 {
		t.Fatalf("time.Now of this Go does not contain %q, where the test adds the offset", now)
	}
	changed := strings.Replace(string(content), now, strings.Replace(now, "\n", "\n\tsec += wrongBy\n", 1), 1)
	err = errors.Join(os.Remove(path), os.WriteFile(path, []byte(changed), 0o600),
		os.WriteFile(filepath.Join(directory, "wrong.go"), []byte(readsClockVariable), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}
