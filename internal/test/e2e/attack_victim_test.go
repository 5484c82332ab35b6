package e2e

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/practice"
)

// victim is a user with a home directory and doorkey as git's only helper. The attackers
// want the tokens.
type victim struct {
	keeper
	directory string // where git and doorkey run
	log       string // written by the browser
	state     *cache.Cache
}

func newVictim(t *testing.T) victim {
	t.Helper()
	const noKeyring = "unix:path=/nonexistent"
	k := newKeeper(t, "doorkey file", noKeyring)
	v := victim{k, t.TempDir(), browserLog(t), &cache.Cache{Directory: filepath.Join(k.home, "git-credential-doorkey")}}
	v.environment = slices.DeleteFunc(v.environment, func(variable string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(variable), "=")
		return strings.HasPrefix(name, "GIT_SSL_") || strings.HasPrefix(name, "DOORKEY_") || strings.HasSuffix(name, "_PROXY")
	})
	v.environment = append(v.environment, "BROWSER=fakebrowser", "BROWSER_LOG="+v.log, "BROWSER_ANSWER=authorize", "GIT_ASKPASS=", "SSH_ASKPASS=")
	return v
}

// signsInAt starts a GitLab, and configures the victim's git and doorkey for it.
func (v *victim) signsInAt(t *testing.T) *fakegitlab.Server {
	t.Helper()
	server, err := fakegitlab.Start(fakegitlab.Options{Directory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		if problems := server.Problems(); len(problems) > 0 {
			t.Errorf("the server was sent what no client may send: %q", problems)
		}
	})
	v.environment = append(v.environment, "GITLAB_CA="+server.CAFile())
	v.git(t, "", "config", "--global", "http."+server.URL()+".sslCAInfo", server.CAFile())
	v.git(t, "", "config", "--global", "credential."+server.URL()+".oauthClientId", server.ClientID())
	v.git(t, "", "config", "--global", "credential.oauthTimeout", "60")
	return server
}

// browserLog returns the path of a file in a separate directory, because a browser may
// write to it after the end of the test, when it has shown the last page.
func browserLog(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "doorkey-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := practice.Remove(directory); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(directory, "log")
}

// opened returns how often the victim's browser was opened, and where.
func (v victim) opened(t *testing.T) (times int, log string) {
	t.Helper()
	content, err := os.ReadFile(v.log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Count(string(content), "opened "), string(content)
}

// result is what a program wrote and how it ended.
type result struct {
	stdout, stderr string
	code           int
}

// runs runs a program as the victim, with input.
func (v victim) runs(t *testing.T, input, name string, arguments ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir, command.Env, command.Stdin, command.Stdout, command.Stderr = v.directory, v.environment, strings.NewReader(input), &stdout, &stderr
	err := command.Run()
	if failed := new(exec.ExitError); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), command.ProcessState.ExitCode()}
}

// asks runs doorkey with a verb and a request, as git does.
func (v victim) asks(t *testing.T, verb, request string) result {
	t.Helper()
	return v.runs(t, request, "git-credential-doorkey", verb)
}

// files returns the victim's files that match the patterns, with their contents.
func (v victim) files(t *testing.T, patterns ...string) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(v.state.Directory, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&all, "%s: %s\n", path, content)
		}
	}
	return all.String()
}

// stranger is a server that wants a token. The victim's git and doorkey trust its
// certificate.
type stranger struct {
	*httptest.Server
	mutex       sync.Mutex
	connections int
	given       []string // the values of Authorization headers
}

func (v victim) meetsStranger(t *testing.T, withTLS bool) *stranger {
	t.Helper()
	s := &stranger{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if authorization := r.Header.Get("Authorization"); authorization != "" {
			s.given = append(s.given, authorization)
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="GitLab"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if state == http.StateNew {
			s.connections++
		}
	}
	t.Cleanup(s.Close)
	if !withTLS {
		s.Start()
		return s
	}
	s.StartTLS()
	certificate := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	v.git(t, "", "config", "--global", "http."+s.URL+".sslCAInfo", certificate)
	return s
}

// met returns how many connections the stranger has had, and which Authorization headers it
// got.
func (s *stranger) met() (connections int, given []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.connections, s.given
}

// letExpire sets back the expiry of all accounts, as if time had passed.
func (v victim) letExpire(t *testing.T) {
	t.Helper()
	v.edit(t, "http*.json", `"expiry": "[^"]*"`, `"expiry": "2001-01-01T00:00:00Z"`)
}

// edit replaces a pattern in the victim's files that match a name. One of these files must
// contain the pattern.
func (v victim) edit(t *testing.T, names, pattern, replacement string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(v.state.Directory, names))
	if err != nil {
		t.Fatal(err)
	}
	changed := false
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		edited := regexp.MustCompile(pattern).ReplaceAll(content, []byte(replacement))
		changed = changed || !bytes.Equal(edited, content)
		if err := os.WriteFile(path, edited, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !changed {
		t.Fatalf("no file %s has %s", names, pattern)
	}
}
