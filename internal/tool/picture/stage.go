package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/practice"
)

// What the picture shows of the practice GitLab.
const (
	host          = "gitlab.example.com"
	applicationID = "d00c0de0d00c0de0" // a GitLab ID has 64 digits, which fill a line
	userCode      = "WDJBMJHT"         // the example in RFC 8628, written as GitLab writes a code
)

// stage is a practice environment: a home directory for doorkey, a GitLab, and a proxy that
// gives the GitLab a name.
type stage struct {
	home        string
	directory   string // for everything else
	environment []string
	server      *fakegitlab.Server
	proxy       *proxy
	terminal    *terminal
}

func newStage(ctx context.Context) (*stage, error) {
	home, err := makeHome()
	if err != nil {
		return nil, err
	}
	s := &stage{home: home}
	if err := s.furnish(ctx); err != nil {
		return nil, errors.Join(err, s.clear())
	}
	return s, nil
}

// makeHome makes a directory whose path is as long as the home directory in the picture, so
// that doorkey's lines break in the same places.
func makeHome() (string, error) {
	for n := range 1000 {
		home := fmt.Sprintf("/tmp/d%03d", n)
		if err := os.Mkdir(home, 0o700); !errors.Is(err, fs.ErrExist) {
			return home, err
		}
	}
	return "", errors.New("every directory from /tmp/d000 to /tmp/d999 exists")
}

// furnish starts the servers, builds doorkey and configures git.
func (s *stage) furnish(ctx context.Context) (err error) {
	if s.directory, err = os.MkdirTemp("", "doorkey-picture-"); err != nil {
		return err
	}
	s.server, err = fakegitlab.Start(fakegitlab.Options{Directory: s.directory, Name: host, ClientID: applicationID, UserCode: userCode})
	if err != nil {
		return err
	}
	if s.proxy, err = startProxy(s.server.Address()); err != nil {
		return err
	}
	programs := filepath.Join(s.home, ".local", "bin")
	if err := os.MkdirAll(programs, 0o700); err != nil {
		return err
	}
	if err := practice.Build(ctx, s.directory, programs, "git-credential-doorkey"); err != nil {
		return err
	}
	return s.configure(ctx, programs)
}

// configure makes the environment of a user who works on this machine over SSH, and
// installs doorkey there. The administrator's configuration sets the network, so that the
// user's own configuration does not depend on this environment.
func (s *stage) configure(ctx context.Context, programs string) error {
	system := filepath.Join(s.directory, "gitconfig")
	text := fmt.Sprintf("[http \"https://%s\"]\n\tproxy = %s\n\tsslCAInfo = %s\n", host, s.proxy.url(), s.server.CAFile())
	if err := os.WriteFile(system, []byte(text), 0o600); err != nil {
		return err
	}
	start := filepath.Join(s.directory, "start.sh") // read by an interactive shell (POSIX, sh)
	if err := os.WriteFile(start, []byte("PS1='"+prompt+"'\n"), 0o600); err != nil {
		return err
	}
	// The doctor asks ssh for its version. This machine may have another version, or no
	// ssh.
	if err := os.WriteFile(filepath.Join(programs, "ssh"), []byte("#!/bin/sh\necho OpenSSH_10.0 >&2\n"), 0o700); err != nil {
		return err
	}
	s.environment = []string{
		"HOME=" + s.home, "PATH=" + programs + string(os.PathListSeparator) + os.Getenv("PATH"), "GIT_CONFIG_SYSTEM=" + system,
		"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent",
		"LC_ALL=C.UTF-8", "TZ=UTC", "ENV=" + start,
	}
	_, err := practice.Output(practice.Command(ctx, s.home, s.environment, "git", "credential-doorkey", "install"))
	return err
}

// session types what the user types, and returns the screen at the end.
func (s *stage) session(ctx context.Context) (screen string, err error) {
	if s.terminal, err = startTerminal(ctx, s.directory, s.home, s.environment); err != nil {
		return "", err
	}
	if _, err := s.terminal.run(ctx, "git credential-doorkey setup https://"+host, `Application ID: $`); err != nil {
		return "", err
	}
	if _, err := s.terminal.run(ctx, applicationID, `left for the sign-in`); err != nil {
		return "", err
	}
	if err := s.server.ApproveDevice(userCode); err != nil {
		return "", err
	}
	if _, err := s.terminal.shows(ctx, ready); err != nil {
		return "", err
	}
	if screen, err = s.terminal.run(ctx, "git credential-doorkey doctor https://"+host+"/group/project.git", ready); err != nil {
		return "", err
	}
	if problems := s.server.Problems(); len(problems) > 0 {
		return "", fmt.Errorf("the server was sent what no client may send:\n%s", strings.Join(problems, "\n"))
	}
	return screen, nil
}

// clear stops everything and removes the directories.
func (s *stage) clear() error {
	var failures []error
	if s.terminal != nil {
		failures = append(failures, s.terminal.close())
	}
	if s.proxy != nil {
		failures = append(failures, s.proxy.close())
	}
	if s.server != nil {
		failures = append(failures, s.server.Close())
	}
	for _, directory := range []string{s.home, s.directory} {
		if directory != "" {
			failures = append(failures, practice.Remove(directory))
		}
	}
	return errors.Join(failures...)
}
