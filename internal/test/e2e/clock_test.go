package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clockVariable is how many seconds ahead the clock of a doorkey from buildWithClock is.
const clockVariable = "DOORKEY_TEST_CLOCK"

// readsClockVariable is an additional file of package time. Only a doorkey from
// buildWithClock contains it.
const readsClockVariable = `package time

import "syscall"

var wrongBy = func() int64 {
	text, _ := syscall.Getenv("` + clockVariable + `")
	seconds, _ := atoi(text)
	return int64(seconds)
}()
`

// buildWithClock builds a doorkey whose clock can be wrong. Go programs ask the kernel
// without the C library, so the time cannot be changed from outside.
func buildWithClock(t *testing.T) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(output)), "src", "time")
	content, err := os.ReadFile(filepath.Join(source, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	const now = "\tsec, nsec, mono := runtimeNow()\n\tif mono == 0"
	if strings.Count(string(content), now) != 1 {
		t.Fatalf("time.Now of this Go does not have %q, by which the test finds its place", now)
	}
	directory := t.TempDir()
	changed := strings.Replace(string(content), now, strings.Replace(now, "\n", "\n\tsec += wrongBy\n", 1), 1)
	replaced := map[string]string{filepath.Join(source, "time.go"): changed, filepath.Join(source, "wrong.go"): readsClockVariable}
	overlay := map[string]map[string]string{"Replace": {}}
	for path, content := range replaced {
		overlay["Replace"][path] = filepath.Join(directory, filepath.Base(path))
		if err := os.WriteFile(overlay["Replace"][path], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	described, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file, program := filepath.Join(directory, "overlay.json"), filepath.Join(directory, "git-credential-doorkey")
	if err := os.WriteFile(file, described, 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := buildCommand(t.Context(), program, "-overlay", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return program
}
