package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"git-credential-doorkey/internal/test/practice"
)

// build builds doorkey and the empty program as for a release, and copies them as an
// installation does. The copy matters: the kernel stores a file that was written at once in
// larger pages than a file that a linker has mapped, and starts a program from it up to a
// quarter faster.
func (s *stage) build(ctx context.Context, programs string) error {
	built := s.TempDir()
	command := practice.Command(ctx, "", append(os.Environ(), "CGO_ENABLED=0", "GOTMPDIR="+built), "go",
		"build", "-buildvcs=false", "-trimpath", "-tags=nethttpomithttp2", "-ldflags=-s -w", "-o", built+string(filepath.Separator),
		"git-credential-doorkey", "git-credential-doorkey/internal/tool/bench/empty")
	if _, err := practice.Output(command); err != nil {
		return err
	}
	s.doorkey, s.empty = filepath.Join(programs, "git-credential-doorkey"), filepath.Join(programs, "empty")
	for _, program := range []string{s.doorkey, s.empty} {
		if err := install(filepath.Join(built, filepath.Base(program)), program); err != nil {
			return err
		}
	}
	return nil
}

func install(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o700)
}

// ofGit returns the path of a program that comes with git.
func ofGit(ctx context.Context, name string) (string, error) {
	directory, err := practice.Output(practice.Command(ctx, "", nil, "git", "--exec-path"))
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Clean(directory[:len(directory)-1]), name)
	_, err = os.Stat(path)
	return path, err
}

// installed returns the path of a program on PATH, or why it is missing.
func installed(name, aptPackage string) (path, missing string) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", "apt-get install " + aptPackage
	}
	return path, ""
}

// buildLibsecret builds git-credential-libsecret, whose source comes with Debian's git, or
// returns why it is missing.
func (s *stage) buildLibsecret(ctx context.Context) (path, missing string) {
	const source = "/usr/share/doc/git/contrib/credential/libsecret"
	directory := s.TempDir()
	if err := os.CopyFS(directory, os.DirFS(source)); err != nil {
		return "", fmt.Sprintf("no source in %s", source)
	}
	if _, err := practice.Output(practice.Command(ctx, directory, nil, "make")); err != nil {
		return "", "apt-get install build-essential pkg-config libsecret-1-dev"
	}
	return filepath.Join(directory, "git-credential-libsecret"), ""
}
