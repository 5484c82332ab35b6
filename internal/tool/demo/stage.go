package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/practice"
)

// stage is the demo's environment: a temporary directory with everything in it.
type stage struct {
	directory     string
	programs      string // contains doorkey and the demo, and is first on git's PATH
	configuration string // git's only configuration file
	work          string // where git runs
	state         string // doorkey's accounts
	otherHelper   string // where the helper "store" would store what it gets
	environment   []string
	ownBrowser    bool
	server        *fakegitlab.Server
}

// initialConfiguration is git's configuration before the demo. Background tasks could still
// be writing when the directory is removed, so it turns them off.
const initialConfiguration = `# The configuration of the demo's person, which uninstall has to give back.
[user]
	name = Ada
	email = ada@example.com
[maintenance]
	auto = false
[gc]
	auto = 0
[credential]
	oauthStore = file
	oauthTimeout = %s
	helper = "store --file '%s'"
[http "%s"]
	sslCAInfo = "%s"
`

func newStage(ownBrowser bool) (*stage, error) {
	directory, err := os.MkdirTemp("", "doorkey-demo-*")
	if err != nil {
		return nil, err
	}
	s := &stage{
		directory: directory, ownBrowser: ownBrowser,
		programs: filepath.Join(directory, "bin"), work: filepath.Join(directory, "work"), state: filepath.Join(directory, "state"),
		configuration: filepath.Join(directory, "home", ".gitconfig"), otherHelper: filepath.Join(directory, "home", ".git-credentials"),
	}
	if err := s.furnish(); err != nil {
		return nil, errors.Join(err, s.clear())
	}
	return s, nil
}

// furnish makes the directories and starts the server.
func (s *stage) furnish() error {
	gitlab := filepath.Join(s.directory, "gitlab")
	for _, path := range []string{s.programs, s.work, filepath.Dir(s.configuration), gitlab} {
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
	}
	var err error
	if s.server, err = fakegitlab.Start(fakegitlab.Options{Directory: gitlab, ClientID: "demo"}); err != nil {
		return err
	}
	s.environment = s.isolate(os.Environ())
	signInTime := "30s" // a program needs less
	if s.ownBrowser {
		signInTime = "5m"
	}
	text := fmt.Sprintf(initialConfiguration, signInTime, filepath.ToSlash(s.otherHelper), s.server.URL(), filepath.ToSlash(s.server.CAFile()))
	return os.WriteFile(s.configuration, []byte(text), 0o600)
}

// isolate makes the environment of git and doorkey from the user's environment. The user's
// own browser needs the user's home directory. In that case, only git's variables separate
// git from that directory.
func (s *stage) isolate(person []string) []string {
	environment := append(practice.Environment(person, s.programs, s.configuration),
		"DOORKEY_STATE_DIR="+s.state, "DOORKEY_FLOW=browser", practice.CAVariable+"="+s.server.CAFile())
	if s.ownBrowser {
		return environment
	}
	environment = append(environment, practice.NobodyThere(filepath.Dir(s.configuration))...)
	// By name, because the path may contain a space, which BROWSER does not allow.
	return append(environment, "BROWSER=demo "+practice.ConsentVerb)
}

// clear stops the server and removes the directory.
func (s *stage) clear() error {
	var closing error
	if s.server != nil {
		closing = s.server.Close()
	}
	return errors.Join(practice.Remove(s.directory), closing)
}
