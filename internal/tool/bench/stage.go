package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/keyring"
	"git-credential-doorkey/internal/test/practice"
)

// stage is the test environment: a directory that is removed at the end, with the programs,
// a home directory, a practice GitLab and a keyring.
//
// It acts as a test for package keyring.
type stage struct {
	testing.TB // nil: keyring needs only the methods below

	directory     string
	environment   []string
	doorkey       string // the paths of the programs
	empty         string
	server        *fakegitlab.Server
	keyring       string // the address of its session bus
	noKeyring     string // or why there is no keyring
	inputs        map[string]string
	cleanups      []func()
	nextDirectory int
}

func newStage(ctx context.Context) (*stage, error) {
	s := &stage{inputs: make(map[string]string)}
	var err error
	if s.directory, err = os.MkdirTemp("", "doorkey-bench-*"); err != nil {
		return s, err
	}
	home, gitlab, programs := s.TempDir(), s.TempDir(), s.TempDir()
	configuration := filepath.Join(home, ".gitconfig")
	s.environment = append(practice.Environment(os.Environ(), programs, configuration), practice.NobodyThere(home)...)
	s.environment = append(s.environment, "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(home, "nobody"), "GH_CONFIG_DIR="+home)
	if err := s.build(ctx, programs); err != nil {
		return s, err
	}
	if s.server, err = fakegitlab.Start(fakegitlab.Options{Directory: gitlab, ClientID: "bench"}); err != nil {
		return s, err
	}
	s.Cleanup(func() { s.server.Close() })
	text := fmt.Sprintf("[credential]\n\thelper =\n\thelper = doorkey\n[credential %q]\n\toauthClientId = %s\n[http %q]\n\tsslCAInfo = %q\n",
		s.server.URL(), s.server.ClientID(), s.server.URL(), filepath.ToSlash(s.server.CAFile()))
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		return s, err
	}
	s.startKeyring()
	return s, nil
}

func (s *stage) startKeyring() {
	defer func() {
		if reason, failed := recover().(missing); failed {
			s.noKeyring = string(reason)
		}
	}()
	s.keyring = keyring.Start(s).Address
}

// missing is why something cannot be measured here.
type missing string

// Fatalf ends startKeyring.
func (s *stage) Fatalf(format string, values ...any) { panic(missing(fmt.Sprintf(format, values...))) }

// Skipf ends startKeyring.
func (s *stage) Skipf(format string, values ...any) { s.Fatalf(format, values...) }

// Fatal ends startKeyring.
func (s *stage) Fatal(values ...any) { s.Fatalf("%s", fmt.Sprint(values...)) }

// Helper does what testing.TB requires: nothing.
func (s *stage) Helper() {}

// Cleanup registers a function for the end. The last one runs first.
func (s *stage) Cleanup(do func()) { s.cleanups = append(s.cleanups, do) }

// TempDir returns a new directory, which clear removes.
func (s *stage) TempDir() string {
	s.nextDirectory++
	directory := filepath.Join(s.directory, fmt.Sprint(s.nextDirectory))
	if err := os.Mkdir(directory, 0o700); err != nil {
		s.Fatal(err)
	}
	return directory
}

// inputFile opens a file that contains a text.
func (s *stage) inputFile(text string) (*os.File, error) {
	path, written := s.inputs[text]
	if !written {
		path = filepath.Join(s.directory, fmt.Sprintf("input-%d", len(s.inputs)))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
		s.inputs[text] = path
	}
	return os.Open(path)
}

// host returns the host of the practice GitLab, with its port.
func (s *stage) host() string { return strings.TrimPrefix(s.server.URL(), "https://") }

func (s *stage) clear() error {
	for _, do := range slices.Backward(s.cleanups) {
		do()
	}
	if s.directory == "" {
		return nil
	}
	return errors.Join(practice.Remove(s.directory))
}
