package fakegitlab

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

func TestStartRefusesOptions(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		problem string
	}{
		{"no directory", Options{}, "Directory"},
		{"root without a slash", Options{Directory: "x", Root: "gitlab"}, "Root"},
		{"root that ends with a slash", Options{Directory: "x", Root: "/gitlab/"}, "Root"},
		{"short tokens", Options{Directory: "x", TokenLength: 8}, "TokenLength"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Start(test.options); err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("error %v, want one with %q", err, test.problem)
			}
		})
	}
}

func TestCertificateNames(t *testing.T) {
	server := start(t, Options{})
	transport := newClient(t, server).Transport.(*http.Transport)
	for _, test := range []struct {
		name string
		good bool
	}{
		{"127.0.0.1", true}, {"::1", true}, {"localhost", true}, {"gitlab.localhost", true}, {"gitlab.com", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := transport.TLSClientConfig.Clone()
			settings.ServerName = test.name
			connection, err := tls.Dial("tcp", strings.TrimPrefix(server.base, "https://"), settings)
			if (err == nil) != test.good {
				t.Errorf("error %v", err)
			}
			if err == nil {
				connection.Close()
			}
		})
	}
}

// TestNameOfItsOwn: clients use a name without a port for the server, as behind a proxy.
func TestNameOfItsOwn(t *testing.T) {
	server := start(t, Options{Name: "gitlab.example.com"})
	if server.URL() != "https://gitlab.example.com" {
		t.Errorf("its URL is %q", server.URL())
	}
	client := newClient(t, server)
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Address())
	}
	response, err := client.Get(server.URL() + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %s", response.Status)
	}
	wantProblem(t, server, "")
}

func TestOldTLSIsRefused(t *testing.T) {
	server := start(t, Options{})
	settings := newClient(t, server).Transport.(*http.Transport).TLSClientConfig
	settings.MinVersion, settings.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if connection, err := tls.Dial("tcp", strings.TrimPrefix(server.base, "https://"), settings); err == nil {
		connection.Close()
		t.Error("the server speaks TLS 1.1")
	}
}

func TestMetadata(t *testing.T) {
	server := start(t, Options{Root: "/gitlab"})
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
		response, body := send(t, server, newRequest(t, "GET", server.URL()+path, nil))
		if response.StatusCode != 200 || !strings.Contains(body, `"token_endpoint":"`+server.URL()+`/oauth/token"`) {
			t.Errorf("%s: %d %s", path, response.StatusCode, body)
		}
	}
	if response, _ := send(t, server, newRequest(t, "GET", server.base+"/.well-known/openid-configuration", nil)); response.StatusCode != 404 {
		t.Errorf("outside the root: %d", response.StatusCode)
	}
}

// TestClose leaves requests of every kind unanswered, and closes the server.
func TestClose(t *testing.T) {
	for _, test := range []struct {
		name string
		kind Kind
		m    Misbehaviour
	}{
		{"an endless body", Metadata, Misbehaviour{Fill: Endless}},
		{"a long delay", Metadata, Misbehaviour{Delay: time.Hour}},
		{"an answer that is held", Metadata, Misbehaviour{Hold: make(chan struct{})}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{})
			test.m.At = test.kind
			server.Misbehave(test.m)
			client, request := newClient(t, server), newRequest(t, "GET", server.URL()+"/.well-known/openid-configuration", nil)
			go func() {
				if response, err := client.Do(request); err == nil {
					// No one reads the body, so the server cannot write more.
					<-request.Context().Done()
					response.Body.Close()
				}
			}()
			if err := server.WaitFor(t.Context(), test.kind, 1); err != nil {
				t.Fatal(err)
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
			if stacks := allStacks(); strings.Contains(stacks, "(*Server).serve") {
				t.Errorf("a request goes on:\n%s", stacks)
			}
		})
	}
}

// TestCloseEndsGit closes the server while git sends data that no one reads.
func TestCloseEndsGit(t *testing.T) {
	parts.Long(t)
	server := start(t, Options{})
	access, _ := server.IssueGrant()
	// More than fits into the connection's buffers, so that git cannot finish by itself.
	large := exec.CommandContext(t.Context(), "git", "-c", "core.compression=0",
		"--git-dir", server.RepositoryPath("group/project"), "fast-import", "--quiet")
	content := make([]byte, 12<<20)
	rand.Read(content)
	large.Stdin = io.MultiReader(
		strings.NewReader(fmt.Sprintf("commit refs/heads/large\ncommitter a <a@example.com> 1700000000 +0000\ndata 0\nM 100644 inline large\ndata %d\n", len(content))),
		bytes.NewReader(content), strings.NewReader("\n"))
	if output, err := large.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	id := strings.TrimSpace(mustGit(t, server, "--git-dir", server.RepositoryPath("group/project"), "rev-parse", "large"))
	fetch := "0032want " + id + "\n00000009done\n"
	request, err := http.NewRequestWithContext(t.Context(), "POST", server.URL()+"/group/project.git/git-upload-pack", strings.NewReader(fetch))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("oauth2", access)
	request.Header.Set("Content-Type", "application/x-git-upload-pack-request")
	response, err := newClient(t, server).Do(request)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%v, %v", response, err)
	}
	defer response.Body.Close()
	if children := childrenOf(server); len(children) == 0 && runtime.GOOS == "linux" {
		t.Error("no child serves the request")
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if children := childrenOf(server); len(children) > 0 {
		t.Errorf("children go on: %q", children)
	}
}

// childrenOf returns the processes that serve the server's repositories, on
// systems that show a process's environment.
func childrenOf(server *Server) []string {
	var children []string
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environments {
		content, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(content), "GIT_PROJECT_ROOT="+server.repositories()) {
			children = append(children, path)
		}
	}
	return children
}

// allStacks returns the stacks of every goroutine.
func allStacks() string {
	buffer := make([]byte, 1<<20)
	return string(buffer[:runtime.Stack(buffer, true)])
}
