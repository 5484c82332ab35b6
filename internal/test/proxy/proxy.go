// Package proxy starts real proxies for tests: tinyproxy (HTTP, CONNECT) and
// microsocks (SOCKS 5). Both require User and Password.
package proxy

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

// The only user of each proxy. A URL can contain the password without escaping.
const (
	User     = "ada"
	Password = "lovelace-1815"
)

// Proxy is a running proxy.
type Proxy struct {
	// Host is the address that it listens on, "127.0.0.1:port".
	Host string

	t         testing.TB
	log       string
	connected *regexp.Regexp // matches a line in the log
}

// StartHTTP starts tinyproxy and stops it when the test ends.
func StartHTTP(t testing.TB) *Proxy {
	t.Helper()
	parts.Program(t, "tinyproxy", "apt-get install tinyproxy")
	directory := t.TempDir()
	log, configuration := filepath.Join(directory, "log"), filepath.Join(directory, "tinyproxy.conf")
	port := parts.FreePort(t)
	content := fmt.Sprintf("Listen 127.0.0.1\nPort %s\nTimeout 60\nMaxClients 50\nBasicAuth %s %s\nLogLevel Connect\nLogFile %q\n", port, User, Password, log)
	if err := os.WriteFile(configuration, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Host: net.JoinHostPort("127.0.0.1", port), t: t, log: log, connected: regexp.MustCompile(`Established connection to host`)}
	p.start(exec.Command("tinyproxy", "-d", "-c", configuration))
	return p
}

// StartSOCKS starts microsocks and stops it when the test ends.
func StartSOCKS(t testing.TB) *Proxy {
	t.Helper()
	parts.Program(t, "microsocks", "apt-get install microsocks")
	port := parts.FreePort(t)
	p := &Proxy{Host: net.JoinHostPort("127.0.0.1", port), t: t, log: filepath.Join(t.TempDir(), "log"), connected: regexp.MustCompile(`connected to`)}
	p.start(exec.Command("microsocks", "-i", "127.0.0.1", "-p", port, "-u", User, "-P", Password))
	return p
}

// start runs the proxy and waits until it listens.
func (p *Proxy) start(command *exec.Cmd) {
	p.t.Helper()
	output, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer output.Close() // the proxy has its own copy
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
		if p.t.Failed() {
			p.t.Logf("%s's log:\n%s", command.Path, p.read())
		}
	})
	for end := time.Now().Add(startLimit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if connection, err := net.DialTimeout("tcp", p.Host, time.Second); err == nil {
			connection.Close()
			return
		}
	}
	p.t.Fatalf("%s does not listen at %s after %v:\n%s", command.Path, p.Host, startLimit, p.read())
}

// startLimit is more than a cold start takes on a busy machine.
const startLimit = time.Minute

// Connections returns how many connections the proxy has made for clients.
func (p *Proxy) Connections() int {
	p.t.Helper()
	return len(p.connected.FindAllString(p.read(), -1))
}

func (p *Proxy) read() string {
	content, err := os.ReadFile(p.log)
	if err != nil {
		p.t.Errorf("the proxy's log: %v", err)
	}
	return string(content)
}
