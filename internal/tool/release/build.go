package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// target is a system and processor to build for.
type target struct {
	System, Processor string // GOOS and GOARCH
	program           string // the path of the built program
}

// targets returns all targets, with the directory for their programs.
func targets(programs string) (all []target) {
	for _, system := range []string{"linux", "darwin", "windows", "freebsd"} {
		for _, processor := range []string{"amd64", "arm64"} {
			t := target{System: system, Processor: processor}
			t.program = filepath.Join(programs, system+"_"+processor, t.ProgramName())
			all = append(all, t)
		}
	}
	return all
}

// ProgramName returns the file name of the program on the system.
func (t target) ProgramName() string {
	if t.System == "windows" {
		return program + ".exe"
	}
	return program
}

// build compiles the program for each target. The program does not depend on this machine
// or on the state of the checkout. It does not contain HTTP/2, which doorkey does not use.
// That makes it 0.55 MB smaller.
func (r release) build(ctx context.Context, targets []target) error {
	for _, t := range targets {
		command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags=nethttpomithttp2",
			"-ldflags", "-s -w -X main.releaseVersion=v"+r.Version, "-o", t.program, ".")
		command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+t.System, "GOARCH="+t.Processor, "GOAMD64=v1", "GOARM64=v8.0")
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("building for %s/%s: %v\n%s", t.System, t.Processor, err, output)
		}
	}
	return nil
}
