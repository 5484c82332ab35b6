package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"git-credential-doorkey/cache"
)

// The names of rows that other rows are compared with.
const (
	emptyProgram = "empty Go program"
	libsecret    = "git-credential-libsecret get"
	hotGet       = "doorkey get, key in a file"
)

const question = "protocol=https\nhost=%s\n\n"

// told is a question with a credential, in the form in which git sends it to a helper.
const told = "protocol=https\nhost=%s\nusername=oauth2\npassword=%s\n\n"

// password is as long as a GitLab token.
const password = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// get returns a doorkey get from a state directory.
func (s *stage) get(directory string) process {
	return process{
		command: []string{s.doorkey, "get"}, environment: []string{"DOORKEY_STATE_DIR=" + directory},
		input: fmt.Sprintf(question, s.host()), want: "username=oauth2\npassword=",
	}
}

func (s *stage) emptyProcess() process {
	return process{command: []string{s.empty}, input: fmt.Sprintf(question, s.host())}
}

// inKeyring returns a hot get with the key in the keyring.
func (s *stage) inKeyring(ctx context.Context) (process, error) {
	directory, err := s.keep(ctx, cache.InKeyring)
	p := s.get(directory)
	p.environment = append(p.environment, "DBUS_SESSION_BUS_ADDRESS="+s.keyring)
	return p, err
}

// singleRows run one process at a time, of doorkey and of other helpers.
func singleRows(ctx context.Context, s *stage) ([]row, error) {
	directory, err := s.keep(ctx, cache.InFile)
	if err != nil {
		return nil, err
	}
	ofFleet, err := s.keepOf(ctx, cache.InFile, cache.Membership{
		Engine: "etcd at https://etcd.example:2379", Grant: "VYMPTR4GFIKZ45NULMHOBBEQYF", Generation: 1, Obtained: time.Now(), Expiry: time.Now().Add(2 * time.Hour),
	})
	if err != nil {
		return nil, err
	}
	hot, fleet := s.get(directory), s.get(ofFleet)
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
		{"doorkey get, token of a fleet", fleet, 1.5},
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

// pathRows are a get and a store of a password for one path, from state directories with
// more and more passwords for that host, and git's own helper with the same number of
// passwords.
func pathRows(ctx context.Context, s *stage) ([]row, error) {
	const ofPath = "protocol=https\nhost=%s\npath=group/0.git\n"
	var rows []row
	add := func(name string, p process, bar float64) error {
		r, err := s.single(ctx, name, p)
		if first := slices.IndexFunc(rows, func(r row) bool { return strings.HasPrefix(r.name, strings.TrimRight(name, "0123456789")) }); first >= 0 {
			r.against, r.bar = []string{rows[first].name}, bar
		}
		rows = append(rows, r)
		return err
	}
	for _, n := range []int{1, 100, 2_000} {
		directory, err := s.keepPaths(ctx, n)
		if err != nil {
			return nil, err
		}
		get, store := s.get(directory), s.get(directory)
		get.input, get.want = fmt.Sprintf(ofPath+"\n", pathHost), "password="+password
		store.command, store.want = []string{s.doorkey, "store"}, ""
		store.input = fmt.Sprintf(ofPath+"username=deploy\npassword=%s\n\n", pathHost, password)
		if err := errors.Join(add(fmt.Sprintf("get, passwords at the host: %d", n), get, 1.5), add(fmt.Sprintf("store, passwords at the host: %d", n), store, 1.5)); err != nil {
			return nil, err
		}
		git, err := s.gitStorePaths(ctx, n)
		if err != nil {
			return nil, err
		}
		git.input, git.want = get.input, get.want
		if err := add(fmt.Sprintf("git-credential-store get, passwords at the host: %d", n), git, 0); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// parallelRows are many hot gets at once, compared with the same number of empty programs.
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

// gitStore returns git's own helper that stores passwords in a file.
func (s *stage) gitStore(ctx context.Context) (process, error) {
	path, err := ofGit(ctx, "git-credential-store")
	file := "--file=" + filepath.Join(s.TempDir(), "kept")
	return process{command: []string{path, file}}, err
}

// gitStorePaths returns git's own helper with n passwords for one host in its file.
func (s *stage) gitStorePaths(ctx context.Context, n int) (process, error) {
	path, err := ofGit(ctx, "git-credential-store")
	if err != nil {
		return process{}, err
	}
	var kept strings.Builder
	for i := range n {
		fmt.Fprintf(&kept, "https://deploy:%s@%s/group/%d.git\n", password, pathHost, n-1-i)
	}
	file := filepath.Join(s.TempDir(), "kept")
	return process{command: []string{path, "--file=" + file, "get"}}, os.WriteFile(file, []byte(kept.String()), 0o600)
}

// gitCache returns git's own helper that stores passwords in the memory of a daemon.
func (s *stage) gitCache(ctx context.Context) (process, error) {
	path, err := ofGit(ctx, "git-credential-cache")
	socket := "--socket=" + filepath.Join(s.TempDir(), "socket")
	p := process{command: []string{path, socket}}
	s.Cleanup(func() { s.command(context.Background(), p.verb("exit")).Run() })
	return p, err
}
