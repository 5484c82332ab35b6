package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// verb returns the process of a helper with a verb as the last argument.
func (p process) verb(verb string) process {
	p.command = append(slices.Clone(p.command), verb)
	return p
}

// competitorRows returns rows for other helpers. Each helper stores a password first, and
// is then asked for it.
func (s *stage) competitorRows(ctx context.Context) ([]row, error) {
	keepers := []struct {
		name  string
		start func(context.Context) (process, error)
	}{
		{"git-credential-store get", s.gitStore},
		{"git-credential-cache get", s.gitCache},
		{libsecret, s.libsecret},
		{"gh auth git-credential get", s.gh},
		{"git-credential-oauth get, unknown host", s.gitCredentialOAuth},
	}
	var rows []row
	for _, keeper := range keepers {
		helper, err := keeper.start(ctx)
		if absent, is := err.(absence); is {
			rows = append(rows, row{name: keeper.name, missing: string(absent)})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %v", keeper.name, err)
		}
		r, err := s.asked(ctx, keeper.name, helper)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// asked makes a helper store a password, unless it already has one, and returns the row
// that asks for it.
func (s *stage) asked(ctx context.Context, name string, helper process) (row, error) {
	get := helper.verb("get")
	if helper.input == "" {
		store := helper.verb("store")
		store.input = fmt.Sprintf(told, s.host(), password)
		if _, err := s.time(ctx, store, 1); err != nil {
			return row{}, err
		}
		get.input, get.want = fmt.Sprintf(question, s.host()), "password="+password
	}
	r, err := s.single(ctx, name, get)
	r.against = []string{emptyProgram}
	return r, err
}

// absence is the error of a helper that is not installed.
type absence string

func (a absence) Error() string { return string(a) }

// libsecret returns the helper for the keyring that comes with Debian's git.
func (s *stage) libsecret(ctx context.Context) (process, error) {
	if s.noKeyring != "" {
		return process{}, absence(s.noKeyring)
	}
	path, missing := s.buildLibsecret(ctx)
	if missing != "" {
		return process{}, absence(missing)
	}
	return process{command: []string{path}, environment: []string{"DBUS_SESSION_BUS_ADDRESS=" + s.keyring}}, nil
}

// gh returns GitHub's program, which has one token for github.com.
func (s *stage) gh(context.Context) (process, error) {
	path, missing := installed("gh", "gh")
	if missing != "" {
		return process{}, absence(missing)
	}
	directory := s.TempDir()
	hosts := fmt.Sprintf("github.com:\n    user: ada\n    oauth_token: %s\n    git_protocol: https\n", password)
	return process{
		command: []string{path, "auth", "git-credential"}, environment: []string{"GH_CONFIG_DIR=" + directory},
		input: fmt.Sprintf(question, "github.com"), want: "password=" + password,
	}, os.WriteFile(filepath.Join(directory, "hosts.yml"), []byte(hosts), 0o600)
}

// gitCredentialOAuth returns a helper that stores nothing. It is asked for a host that it
// does not know.
func (s *stage) gitCredentialOAuth(context.Context) (process, error) {
	path, missing := installed("git-credential-oauth", "git-credential-oauth")
	if missing != "" {
		return process{}, absence(missing)
	}
	return process{command: []string{path}, input: fmt.Sprintf(question, "unknown.example")}, nil
}
