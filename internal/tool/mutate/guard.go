package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// guard is a piece of source that protects against an attack.
type guard struct {
	name    string // what it does
	test    string // "package TestName", and "/script" for one of testdata/script
	file    string
	with    string // the guard, as it is in the file, exactly once
	without string // what replaces the guard when it is removed
}

// command returns the command that runs only this test.
func (g guard) command(ctx context.Context) *exec.Cmd {
	directory, name, _ := strings.Cut(g.test, " ")
	pattern := "^" + strings.ReplaceAll(name, "/", "$/^") + "$"
	return exec.CommandContext(ctx, "go", "test", "-vet=off", "-count=1", "-timeout", testTime.String(), "-run", pattern, "./"+directory)
}

// passes checks that the test exists, and passes with the guard in place.
func (g guard) passes(ctx context.Context) error {
	output, err := g.command(ctx).CombinedOutput()
	if err != nil {
		return fmt.Errorf("its test %s fails with the guard in place: %s", g.test, output)
	}
	if strings.Contains(string(output), "no tests to run") {
		return fmt.Errorf("there is no test %s", g.test)
	}
	return nil
}

// isMissed removes the guard, and returns an error unless its test then fails.
func (g guard) isMissed(ctx context.Context, directory string) error {
	overlay, err := g.takeOut(directory)
	if err != nil {
		return err
	}
	command := g.command(ctx)
	// The test may build doorkey, too. Both builds use the changed source.
	command.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	output, err := command.CombinedOutput()
	switch {
	case err == nil:
		return fmt.Errorf("the test %s passes without the guard", g.test)
	case strings.Contains(string(output), "[build failed]"), strings.Contains(string(output), "[setup failed]"):
		return fmt.Errorf("the source without the guard is none: %s", output)
	case !strings.Contains(string(output), "--- FAIL: ") && !strings.Contains(string(output), "panic: "):
		return fmt.Errorf("the test did not come to its end: %v: %s", err, output)
	}
	return nil
}

// takeOut writes the file without the guard, and an overlay that replaces the real file
// with it.
func (g guard) takeOut(directory string) (overlay string, err error) {
	content, err := os.ReadFile(filepath.FromSlash(g.file))
	if err != nil {
		return "", err
	}
	if strings.Count(string(content), g.with) != 1 {
		return "", errors.New("the guard does not stand in its file once: has it moved?")
	}
	original, err := filepath.Abs(filepath.FromSlash(g.file))
	if err != nil {
		return "", err
	}
	changed := filepath.Join(directory, path.Base(g.file))
	overlay = filepath.Join(directory, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	return overlay, errors.Join(
		os.WriteFile(changed, []byte(strings.Replace(string(content), g.with, g.without, 1)), 0o600),
		os.WriteFile(overlay, list, 0o600))
}
