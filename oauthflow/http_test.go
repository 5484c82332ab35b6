package oauthflow

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/fakegitlab"
	"git-credential-doorkey/internal/secret"
)

func TestProxy(t *testing.T) {
	for _, test := range []struct {
		name  string
		proxy string
		want  string // "" where it is refused
	}{
		{"with a scheme", "http://proxy.example:3128", "http://proxy.example:3128"},
		{"as git takes it without a scheme", "proxy.example:3128", "http://proxy.example:3128"},
		{"host alone", "proxy.example", "http://proxy.example"},
		{"with a password", "http://user:hush@proxy.example", "http://user:hush@proxy.example"},
		{"SOCKS", "socks5h://proxy.example:1080", "socks5h://proxy.example:1080"},
		{"no host", "http://", ""},
		{"no URL", "http://user:hush@proxy.example:port", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, err := NewHTTPClient(HTTPSettings{Proxy: test.proxy})
			if err != nil {
				if test.want != "" || !strings.Contains(err.Error(), "http.proxy") || strings.Contains(err.Error(), "hush") {
					t.Errorf("error %v", err)
				}
				return
			}
			request, err := http.NewRequest("GET", "https://gitlab.example.com/", nil)
			if err != nil {
				t.Fatal(err)
			}
			if proxy, err := client.Transport.(limited).next.Proxy(request); err != nil || proxy.String() != test.want {
				t.Errorf("goes through %v, %v", proxy, err)
			}
		})
	}
}

func TestCAFileThatIsNone(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, empty + ".missing"} {
		if _, err := NewHTTPClient(HTTPSettings{CAFile: path}); err == nil || !strings.Contains(err.Error(), "http.sslCAInfo") {
			t.Errorf("error %v", err)
		}
	}
}

func TestServersAreNotTrustedByThemselves(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{})
	client, err := NewHTTPClient(HTTPSettings{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Client{HTTP: client}.Refresh(t.Context(), gitLabAt(t, server), secret.New("the-refresh-token"))
	if err == nil || !strings.Contains(err.Error(), "certificate") || server.Count(fakegitlab.Token) != 0 {
		t.Errorf("error %v", err)
	}
}

func TestRequestHeaders(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer server.Close()
	client, err := NewHTTPClient(HTTPSettings{UserAgent: "git-credential-doorkey/1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := (Client{HTTP: client}).Revoke(t.Context(), Provider{RevokeURL: server.URL}, secret.New("t")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Accept": "application/json", "User-Agent": "git-credential-doorkey/1",
		"Content-Type": "application/x-www-form-urlencoded", "Authorization": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestIdleConnectionsCanBeClosed(t *testing.T) {
	closed := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}
	server.Start()
	defer server.Close()
	client, err := NewHTTPClient(HTTPSettings{})
	if err != nil {
		t.Fatal(err)
	}
	if err := (Client{HTTP: client}).Revoke(t.Context(), Provider{RevokeURL: server.URL}, secret.New("t")); err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	<-closed
}
