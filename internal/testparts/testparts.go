// Package testparts is what tests do when a real part (a keyring daemon, an
// OAuth engine, a tracer) is not on the machine.
package testparts

import (
	"os"
	"os/exec"
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

// Program ends a test as Missing does unless a program is on PATH.
func Program(t testing.TB, name, install string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		Missing(t, name, install)
	}
}
