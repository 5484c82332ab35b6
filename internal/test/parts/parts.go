// Package parts is what tests with a real part (a keyring daemon, an OAuth
// engine, a tracer) share: what to do where the part is not on the machine.
package parts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Missing ends a test for want of a part: skipped with a line that says what to
// install, or failed where DOORKEY_TEST_REQUIRE=all says that nothing may be
// missing.
func Missing(t testing.TB, part, install string) {
	t.Helper()
	report := t.Skipf
	if os.Getenv("DOORKEY_TEST_REQUIRE") == "all" {
		report = t.Fatalf
	}
	report("needs %s: %s", part, install)
}

// Long leaves a test out of "go test -short", which is for a quick look.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out with -short")
	}
}

// Program ends a test as Missing does unless a program is on PATH.
func Program(t testing.TB, name, install string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		Missing(t, name, install)
	}
}

// Go ends a test as Missing does where the go command cannot build doorkey for every
// system: it is not on PATH, or a module is neither on this machine nor to be had.
// To build and run the tests, go fetches only the modules of this system, and of the
// packages that are tested.
func Go(t testing.TB) {
	t.Helper()
	Program(t, "go", "install Go")
	if output, err := exec.Command("go", "mod", "download").CombinedOutput(); err != nil {
		Missing(t, "all modules of go.mod", fmt.Sprintf("run \"go mod download\" in the source (%v: %s)", err, bytes.TrimSpace(output)))
	}
}

// Strace ends a test as Missing does where strace cannot look into doorkey: where
// it is not on PATH, or is not root's. Doorkey keeps its memory private, so that
// of nobody else's does strace see what a path is, and it does not say so.
func Strace(t testing.TB) {
	t.Helper()
	Program(t, "strace", "apt-get install strace")
	if os.Geteuid() != 0 {
		Missing(t, "root, to whom alone strace shows paths", "run this test as root, as .ci/run does")
	}
}

// Link makes a symbolic link, or ends a test as Missing does where none can be
// made.
func Link(t testing.TB, to, link string) {
	t.Helper()
	if err := os.Symlink(to, link); err != nil {
		Missing(t, "symbolic links", fmt.Sprintf("on Windows, turn on its developer mode (%v)", err))
	}
}

// Testdata returns the path of testdata/name in the module's directory. That is
// the working directory or above it, as `go test` runs a test in the directory
// of its package; where a compiled test runs elsewhere, without the source, it
// ends as Missing has it.
func Testdata(t testing.TB, name string) string {
	t.Helper()
	start, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for above := start; ; above = filepath.Dir(above) {
		directory := filepath.Join(above, "testdata", name)
		if _, err := os.Stat(directory); err == nil {
			return directory
		}
		if above == filepath.Dir(above) {
			break
		}
	}
	Missing(t, "testdata/"+name, fmt.Sprintf("it is not in %q or above; run the test inside the source of doorkey", start))
	return ""
}
