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

// guard is a piece of source that keeps somebody out.
type guard struct {
	name    string // what it is that it does
	test    string // "package TestName", and "/script" for one of testdata/script
	file    string
	with    string // the guard, as it stands once in the file
	without string // what is there in its place when it is taken out
}

// command is the test, to be run by itself.
func (g guard) command(ctx context.Context) *exec.Cmd {
	directory, name, _ := strings.Cut(g.test, " ")
	pattern := "^" + strings.ReplaceAll(name, "/", "$/^") + "$"
	return exec.CommandContext(ctx, "go", "test", "-vet=off", "-count=1", "-timeout", testTime.String(), "-run", pattern, "./"+directory)
}

// passes makes sure that the test is there and passes while the guard stands.
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

// isMissed takes the guard out and fails unless its test does.
func (g guard) isMissed(ctx context.Context, directory string) error {
	overlay, err := g.takeOut(directory)
	if err != nil {
		return err
	}
	command := g.command(ctx)
	// The test may build doorkey, too: both take the changed source.
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

// takeOut writes the file without the guard, and an overlay that has it in the
// place of the true one.
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
