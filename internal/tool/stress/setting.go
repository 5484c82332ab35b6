package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/practice"
)

// setting is the environment of the processes.
type setting struct {
	directory   string // for everything but the accounts
	kept        string // the accounts, in a separate directory, and the file that fills the disk
	programs    string
	environment []string
	server      *fakegitlab.Server
}

// configuration is all of git's configuration. It sets where the key is stored, because the
// developer's own keyring may be on this machine.
const configuration = `[credential]
	oauthStore = file
	oauthTimeout = 60
[credential "%s"]
	oauthClientId = %s
[http "%s"]
	sslCAInfo = "%s"
`

func newSetting(ctx context.Context, o options) (*setting, error) {
	directory, err := os.MkdirTemp("", "doorkey-stress-*")
	if err != nil {
		return nil, err
	}
	s := &setting{directory: directory, programs: filepath.Join(directory, "bin")}
	if err := s.furnish(ctx, o); err != nil {
		return nil, errors.Join(err, s.clear())
	}
	return s, nil
}

func (s *setting) furnish(ctx context.Context, o options) error {
	home, gitlab := filepath.Join(s.directory, "home"), filepath.Join(s.directory, "gitlab")
	for _, path := range []string{s.programs, home, gitlab} {
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
	}
	var err error
	if s.kept, err = makeKept(o.state, s.directory); err != nil {
		return err
	}
	s.server, err = fakegitlab.Start(fakegitlab.Options{Directory: gitlab, ClientID: "stress", AccessTokenLifetime: o.lifetime, ConsentAutomatically: true})
	if err != nil {
		return err
	}
	if o.latency > 0 {
		s.server.Misbehave(fakegitlab.Misbehaviour{At: fakegitlab.TokenRefreshToken, CarryOut: true, Delay: o.latency})
	}
	file := filepath.Join(home, ".gitconfig")
	s.environment = append(practice.Environment(os.Environ(), s.programs, file), practice.NobodyThere(home)...)
	s.environment = append(s.environment, "DOORKEY_STATE_DIR="+s.accounts(), "DOORKEY_FLOW=browser",
		"BROWSER=stress "+practice.ConsentVerb, practice.CAVariable+"="+s.server.CAFile())
	text := fmt.Sprintf(configuration, s.server.URL(), s.server.ClientID(), s.server.URL(), filepath.ToSlash(s.server.CAFile()))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	return practice.Build(ctx, s.directory, s.programs, "git-credential-doorkey", "git-credential-doorkey/internal/tool/stress")
}

// makeKept makes the directory for the accounts, inside the directory that the user named
// or, by default, with everything else.
func makeKept(named, otherwise string) (string, error) {
	if named == "" {
		named = otherwise
	}
	absolute, err := filepath.Abs(named)
	if err != nil {
		return "", err
	}
	return os.MkdirTemp(absolute, "doorkey-stress-*")
}

func (s *setting) accounts() string { return filepath.Join(s.kept, "accounts") }

// host returns the server's host, with its port.
func (s *setting) host() string { return strings.TrimPrefix(s.server.URL(), "https://") }

func (s *setting) doorkey() string { return filepath.Join(s.programs, "git-credential-doorkey") }

// clear stops the server and removes what was made.
func (s *setting) clear() error {
	var closing, kept error
	if s.server != nil {
		closing = s.server.Close()
	}
	if s.kept != "" {
		kept = practice.Remove(s.kept)
	}
	return errors.Join(closing, kept, practice.Remove(s.directory))
}
