package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestStart makes sure that two things for which git waits each time do not grow by
// accident: the program's size, and what its packages do before main. docs/speed.md has
// their cost.
func TestStart(t *testing.T) {
	parts.Long(t)
	parts.Go(t)
	program := filepath.Join(t.TempDir(), "git-credential-doorkey")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-tags=nethttpomithttp2", "-ldflags=-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	const largest = 9_000_000 // bytes, for linux/amd64
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS+"/"+runtime.GOARCH == "linux/amd64" && info.Size() >= largest {
		t.Errorf("the program has %d bytes, and may have %d", info.Size(), largest)
	}

	started := exec.Command(program, "capability")
	var trace bytes.Buffer
	started.Env, started.Stderr = append(os.Environ(), "GODEBUG=inittrace=1"), &trace
	if err := started.Run(); err != nil {
		t.Fatalf("%v: %s", err, &trace)
	}
	allocated, packages := 0, 0
	for line := range strings.Lines(trace.String()) {
		name, bytes, ok := parseInit(line)
		if !ok {
			continue
		}
		packages++
		// Package os/user is in every program, but must have nothing to do at start.
		if name == "os/user" || slices.Contains(notAtStart(runtime.GOOS), name) {
			t.Errorf("package %s is in the program again, and initialized at each start", name)
		}
		if strings.HasPrefix(name, "git-credential-doorkey/") || name == "main" {
			allocated += bytes
		}
	}
	if packages == 0 {
		t.Errorf("the runtime lists no packages: %s", &trace)
	}
	const most = 1000 // bytes; two small maps
	if allocated > most {
		t.Errorf("doorkey's own packages allocate %d bytes before main, more than %d: build tables where they are used\n%s", allocated, most, &trace)
	}
}

// notAtStart returns the packages of the standard library that must not be in the
// program for a system, because what they do before main takes time at each start.
func notAtStart(system string) []string {
	packages := []string{"html", "text/template", "encoding/xml", "encoding/gob"}
	if system != "darwin" { // go-keyring uses it on macOS to quote for security(1)
		packages = append(packages, "regexp", "regexp/syntax")
	}
	return packages
}

// TestStartOnEverySystem: none of these packages is in the program for any target of a
// release. TestStart checks only the system on which it runs.
func TestStartOnEverySystem(t *testing.T) {
	parts.Go(t)
	for _, system := range []string{"linux", "darwin", "windows", "freebsd"} {
		for _, processor := range []string{"amd64", "arm64"} {
			t.Run(system+"/"+processor, func(t *testing.T) {
				inProgram := packagesOf(t, system, processor)
				for _, name := range notAtStart(system) {
					if slices.Contains(inProgram, name) {
						t.Errorf("package %s is in the program, and initialized at each start", name)
					}
				}
			})
		}
	}
}

// packagesOf lists the packages of the program for a system and processor.
func packagesOf(t *testing.T, system, processor string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
	list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH="+processor)
	var stderr strings.Builder // go writes more than the result to it, such as what it downloads
	list.Stderr = &stderr
	output, err := list.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	return strings.Fields(string(output))
}

// parseInit reads a line of the runtime's inittrace: "init flag @1.0 ms, 0.02 ms
// clock, 128 bytes, 2 allocs".
func parseInit(line string) (name string, bytes int, ok bool) {
	var at, clock float64
	n, _ := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes", &name, &at, &clock, &bytes)
	return name, bytes, n == 4
}
