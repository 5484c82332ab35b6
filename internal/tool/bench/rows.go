package main

import (
	"context"
	"fmt"
	"path/filepath"

	"git-credential-doorkey/cache"
)

// The names of rows that others are compared with.
const (
	emptyProgram = "empty Go program"
	libsecret    = "git-credential-libsecret get"
	hotGet       = "doorkey get, key in a file"
)

const question = "protocol=https\nhost=%s\n\n"

// told is a question with a credential in it, as git tells it to a helper.
const told = "protocol=https\nhost=%s\nusername=oauth2\npassword=%s\n\n"

// password is as long as a token of GitLab's.
const password = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// get is a get of doorkey's from a state directory.
func (s *stage) get(directory string) process {
	return process{
		command: []string{s.doorkey, "get"}, environment: []string{"DOORKEY_STATE_DIR=" + directory},
		input: fmt.Sprintf(question, s.host()), want: "username=oauth2\npassword=",
	}
}

func (s *stage) emptyProcess() process {
	return process{command: []string{s.empty}, input: fmt.Sprintf(question, s.host())}
}

// inKeyring is a hot get with the key in the keyring.
func (s *stage) inKeyring(ctx context.Context) (process, error) {
	directory, err := s.keep(ctx, cache.InKeyring)
	p := s.get(directory)
	p.environment = append(p.environment, "DBUS_SESSION_BUS_ADDRESS="+s.keyring)
	return p, err
}

// singleRows are one process at a time, of doorkey and of others.
func singleRows(ctx context.Context, s *stage) ([]row, error) {
	directory, err := s.keep(ctx, cache.InFile)
	if err != nil {
		return nil, err
	}
	hot := s.get(directory)
	store, unknown, capability := hot, hot, hot
	store.command, store.input, store.want = []string{s.doorkey, "store"}, fmt.Sprintf(told, s.host(), password), ""
	unknown.input, unknown.want = fmt.Sprintf(question, "unknown.example"), ""
	capability.command, capability.want = []string{s.doorkey, "capability"}, "capability state"
	var rows []row
	for _, one := range []struct {
		name string
		process
		bar float64
	}{
		{emptyProgram, s.emptyProcess(), 0},
		{hotGet, hot, 1.5},
		{"doorkey store of its own token", store, 2.2},
		{"doorkey get, unknown host", unknown, 2.2},
		{"doorkey capability", capability, 0},
	} {
		r, err := s.single(ctx, one.name, one.process)
		if err != nil {
			return nil, err
		}
		if r.bar = one.bar; r.name != emptyProgram {
			r.against = []string{emptyProgram}
		}
		rows = append(rows, r)
	}
	ofKeyring, err := s.keyringRow(ctx)
	if err != nil {
		return nil, err
	}
	others, err := s.competitorRows(ctx)
	return append(append(rows, ofKeyring), others...), err
}

func (s *stage) keyringRow(ctx context.Context) (row, error) {
	const name = "doorkey get, key in the keyring"
	if s.noKeyring != "" {
		return row{name: name, missing: s.noKeyring}, nil
	}
	process, err := s.inKeyring(ctx)
	if err != nil {
		return row{}, err
	}
	r, err := s.single(ctx, name, process)
	r.against, r.bar = []string{libsecret}, 0.55
	return r, err
}

// originRows are hot gets from state directories with more and more accounts.
func originRows(ctx context.Context, s *stage) ([]row, error) {
	var rows []row
	for _, n := range []int{1, 100, 10_000} {
		directory, err := s.keep(ctx, cache.InFile)
		if err != nil {
			return nil, err
		}
		if err := s.crowd(directory, n-1); err != nil {
			return nil, err
		}
		r, err := s.single(ctx, fmt.Sprintf("accounts: %d", n), s.get(directory))
		if err != nil {
			return nil, err
		}
		if n > 1 {
			r.against, r.bar = []string{rows[0].name}, 1.1
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// parallelRows are many hot gets at once, beside as many empty programs.
func parallelRows(ctx context.Context, s *stage) ([]row, error) {
	directory, err := s.keep(ctx, cache.InFile)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, n := range []int{1, 64, 256} {
		empty, err := s.many(ctx, fmt.Sprintf("%d empty", n), s.emptyProcess(), n)
		if err != nil {
			return nil, err
		}
		hot, err := s.many(ctx, fmt.Sprintf("%d doorkey get", n), s.get(directory), n)
		if err != nil {
			return nil, err
		}
		hot.against = []string{empty.name}
		rows = append(rows, empty, hot)
	}
	return rows, nil
}

// gitStore is git's own helper that keeps passwords in a file.
func (s *stage) gitStore(ctx context.Context) (process, error) {
	path, err := ofGit(ctx, "git-credential-store")
	file := "--file=" + filepath.Join(s.TempDir(), "kept")
	return process{command: []string{path, file}}, err
}

// gitCache is git's own helper that keeps passwords in the memory of a daemon.
func (s *stage) gitCache(ctx context.Context) (process, error) {
	path, err := ofGit(ctx, "git-credential-cache")
	socket := "--socket=" + filepath.Join(s.TempDir(), "socket")
	p := process{command: []string{path, socket}}
	s.Cleanup(func() { s.command(context.Background(), p.verb("exit")).Run() })
	return p, err
}
