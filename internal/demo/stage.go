package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"git-credential-doorkey/internal/fakegitlab"
)

// stage is where the demo plays: a temporary directory with everything in it.
type stage struct {
	directory     string
	programs      string // doorkey and the demo, first on git's PATH
	configuration string // git's only configuration file
	work          string // where git is run
	state         string // doorkey's accounts
	otherHelper   string // where the helper "store" would keep what it is told
	environment   []string
	ownBrowser    bool
	server        *fakegitlab.Server
}

// initialConfiguration is what git knows before the demo. Tasks in the background would
// still write when the directory is removed.
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

// isolate makes the environment of git and doorkey from the person's. A person's
// own browser needs the person's home: there, git's variables alone have to
// keep git out of it.
func (s *stage) isolate(person []string) []string {
	var environment []string
	for _, variable := range person {
		name, _, _ := strings.Cut(variable, "=")
		if !leadsElsewhere(strings.ToUpper(name)) {
			environment = append(environment, variable)
		}
	}
	environment = append(environment,
		"PATH="+s.programs+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+s.configuration, "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=",
		"DOORKEY_STATE_DIR="+s.state, "DOORKEY_FLOW=browser", caVariable+"="+s.server.CAFile(),
	)
	if s.ownBrowser {
		return environment
	}
	home := filepath.Dir(s.configuration)
	return append(environment,
		"HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_STATE_HOME="+home,
		// By name, because the path may have a space in it, which BROWSER cannot.
		"BROWSER=demo "+consentVerb,
		// Nobody is to be asked anything, not in the terminal either.
		"CI=true",
	)
}

// leadsElsewhere reports whether a variable could lead git or doorkey to the
// person's repository, settings or proxy.
func leadsElsewhere(name string) bool {
	return strings.HasPrefix(name, "GIT_") || strings.HasPrefix(name, "DOORKEY_") || strings.HasSuffix(name, "_PROXY")
}

// clear ends the server and removes the directory. It looks again a moment
// later: a refresh that Ctrl-C found under way is a process that nothing ends
// early, and a program that still runs cannot be removed on Windows.
func (s *stage) clear() error {
	var closing error
	if s.server != nil {
		closing = s.server.Close()
	}
	err := errors.New("it is still there")
	for range 40 {
		failure := os.RemoveAll(s.directory)
		time.Sleep(50 * time.Millisecond)
		if _, looked := os.Lstat(s.directory); errors.Is(looked, fs.ErrNotExist) {
			return closing
		}
		if failure != nil {
			err = failure
		}
	}
	return errors.Join(err, closing)
}
