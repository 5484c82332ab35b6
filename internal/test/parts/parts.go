// Package parts contains what tests with a real part share (a keyring daemon, an
// OAuth engine, a tracer): what to do if the part is not installed.
package parts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Missing ends a test because a part is missing. The test is skipped, with a line that
// says what to install, or fails if DOORKEY_TEST_REQUIRE is "all".
func Missing(t testing.TB, part, install string) {
	t.Helper()
	report := t.Skipf
	if os.Getenv("DOORKEY_TEST_REQUIRE") == "all" {
		report = t.Fatalf
	}
	report("needs %s: %s", part, install)
}

// Long skips a test with "go test -short", which is a quick check.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out with -short")
	}
}

// Program ends a test like Missing unless a program is on PATH.
func Program(t testing.TB, name, install string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		Missing(t, name, install)
	}
}

// Go ends a test like Missing if the go command cannot build doorkey for every system:
// it is not on PATH, or a module is not on this machine and cannot be downloaded. To
// build and run the tests, go downloads only the modules that this system and the
// tested packages need.
func Go(t testing.TB) {
	t.Helper()
	Program(t, "go", "install Go")
	if output, err := exec.Command("go", "mod", "download").CombinedOutput(); err != nil {
		Missing(t, "all modules of go.mod", fmt.Sprintf("run \"go mod download\" in the source (%v: %s)", err, bytes.TrimSpace(output)))
	}
}

// Strace ends a test like Missing if strace cannot trace doorkey: it is not on PATH, or
// the user is not root. The memory of doorkey is private, so strace cannot read the paths
// in it unless root runs it, and it does not report that.
func Strace(t testing.TB) {
	t.Helper()
	Program(t, "strace", "apt-get install strace")
	if os.Geteuid() != 0 {
		Missing(t, "root, to whom alone strace shows paths", "run this test as root, as .ci/run does")
	}
}

// Link creates a symbolic link, or ends a test like Missing if it cannot create one.
func Link(t testing.TB, to, link string) {
	t.Helper()
	if err := os.Symlink(to, link); err != nil {
		Missing(t, "symbolic links", fmt.Sprintf("on Windows, turn on its developer mode (%v)", err))
	}
}

// Testdata returns the path of testdata/name in the module's directory. That is the
// working directory or above it, because `go test` runs a test in the directory of its
// package. If a compiled test runs elsewhere, without the source, Testdata ends it like
// Missing.
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
