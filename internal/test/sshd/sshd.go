// Package sshd starts a real sshd for tests, on an unprivileged port of the loopback
// interface. The user who runs the tests can log in to this machine with it.
package sshd

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

// Server is a running sshd.
type Server struct {
	// Config is a file for "ssh -F": it defines the host "there".
	Config string
	// Home is the home directory of the user who logs in: it is empty at first.
	Home string
}

// Start starts an sshd, which stops when the test ends. The settings are additional lines
// of its sshd_config; the environment is set for the user who logs in, "NAME=value" each.
func Start(t testing.TB, settings []string, environment ...string) *Server {
	t.Helper()
	const install = "apt-get install --no-install-recommends openssh-server openssh-client"
	parts.Program(t, "ssh", install)
	program, err := exec.LookPath("sshd")
	if err != nil {
		if program = "/usr/sbin/sshd"; !exists(program) {
			parts.Missing(t, "sshd", install)
		}
	}
	directory := t.TempDir()
	s := &Server{Config: filepath.Join(directory, "ssh_config"), Home: filepath.Join(directory, "home")}
	port := parts.FreePort(t)
	if os.Geteuid() == 0 {
		must(t, os.MkdirAll("/run/sshd", 0o755)) // where sshd drops its privileges
	}
	must(t, os.Mkdir(s.Home, 0o700))
	for _, key := range []string{"host", "client"} {
		if output, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(directory, key)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
	}
	lines := append([]string{
		"Port " + port, "ListenAddress 127.0.0.1", "HostKey " + filepath.Join(directory, "host"), "PidFile none",
		"AuthorizedKeysFile " + filepath.Join(directory, "client.pub"), "StrictModes no", "UsePAM no", "PasswordAuthentication no",
		"KbdInteractiveAuthentication no", "PermitRootLogin yes", "LogLevel VERBOSE",
		"SetEnv " + strings.Join(append(quoted(environment), `"HOME=`+s.Home+`"`), " "),
	}, settings...)
	config := filepath.Join(directory, "sshd_config")
	must(t, os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	s.run(t, program, config, port)
	current, err := user.Current()
	must(t, err)
	must(t, os.WriteFile(s.Config, fmt.Appendf(nil, "Host there\n  HostName 127.0.0.1\n  Port %s\n  User %s\n  IdentityFile %s\n  IdentitiesOnly yes\n"+
		"  IdentityAgent none\n  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile %s\n  LogLevel ERROR\n",
		port, current.Username, filepath.Join(directory, "client"), filepath.Join(directory, "known_hosts")), 0o600))
	return s
}

func (s *Server) run(t testing.TB, program, config, port string) {
	t.Helper()
	log := filepath.Join(filepath.Dir(config), "log")
	child := exec.Command(program, "-D", "-f", config, "-E", log)
	must(t, child.Start())
	t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
		if content, err := os.ReadFile(log); err == nil && t.Failed() {
			t.Logf("log of sshd:\n%s", content)
		}
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		connection, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			connection.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatalf("sshd does not answer: %v", err)
		}
	}
}

func quoted(variables []string) (all []string) {
	for _, variable := range variables {
		all = append(all, `"`+variable+`"`)
	}
	return all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
