package oauthflow

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// putFile writes a file of the test and returns its path.
func putFile(t *testing.T, name string, content ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, bytes.Join(content, []byte("\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func getFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// askForToken refreshes with a token that the server does not know, and returns the result:
// "invalid_grant" means that the server was reached.
func askForToken(t *testing.T, server *fakegitlab.Server, settings HTTPSettings) string {
	t.Helper()
	client, err := NewHTTPClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	_, err = Client{HTTP: client}.Refresh(t.Context(), gitLabAt(t, server), secret.New("a-refresh-token-of-nobody"))
	if err == nil {
		t.Fatal("got a grant for nothing")
	}
	return err.Error()
}

func TestTrust(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{RequireClientCertificate: true})
	other := startGitLab(t, fakegitlab.Options{RequireClientCertificate: true})
	authority := getFile(t, server.CAFile())
	certificate, key := server.ClientCertificate()
	otherCertificate, otherKey := other.ClientCertificate()
	inOne := putFile(t, "both.pem", getFile(t, certificate), getFile(t, key))
	directory := filepath.Dir(putFile(t, "0123abcd.0", authority))
	if err := os.WriteFile(filepath.Join(directory, "README"), []byte("not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		settings HTTPSettings
		want     string
	}{
		{"authority in a file", HTTPSettings{CAFile: server.CAFile(), Certificate: certificate, Key: key}, "invalid_grant"},
		{"authority in a directory", HTTPSettings{CAPath: directory, Certificate: certificate, Key: key}, "invalid_grant"},
		{"authority in a directory, beside a file", HTTPSettings{CAFile: other.CAFile(), CAPath: directory, Certificate: certificate, Key: key}, "invalid_grant"},
		{"certificate and key in one file", HTTPSettings{CAFile: server.CAFile(), Certificate: inOne}, "invalid_grant"},
		{"TLS 1.3", HTTPSettings{CAFile: server.CAFile(), Certificate: inOne, TLSVersion: "tlsv1.3"}, "invalid_grant"},
		{"an older TLS means the oldest there is", HTTPSettings{CAFile: server.CAFile(), Certificate: inOne, TLSVersion: "sslv3"}, "invalid_grant"},
		{"unchecked", HTTPSettings{NoVerify: true, Certificate: inOne}, "invalid_grant"},
		{"the system's authorities", HTTPSettings{Certificate: inOne}, "trusts the system's certificate authorities"},
		{"another authority", HTTPSettings{CAFile: other.CAFile(), Certificate: inOne}, "trusts the certificate authorities in"},
		{"no client certificate", HTTPSettings{CAFile: server.CAFile()}, "the server requires a client certificate"},
		{"another's client certificate", HTTPSettings{CAFile: server.CAFile(), Certificate: otherCertificate, Key: otherKey}, "check that the client certificate in"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := askForToken(t, server, test.settings); !strings.Contains(got, test.want) {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}

func TestOldestTLS(t *testing.T) {
	for version, want := range map[string]uint16{"": tls.VersionTLS12, "tlsv1": tls.VersionTLS12, "tlsv1.2": tls.VersionTLS12, "tlsv1.3": tls.VersionTLS13, "what": tls.VersionTLS12} {
		if config, err := (HTTPSettings{TLSVersion: version}).serverTLS(); err != nil || config.MinVersion != want {
			t.Errorf("http.sslVersion=%q: %v, %v, want %v", version, config.MinVersion, err, want)
		}
	}
}

func TestFilesThatAreNoCertificates(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{RequireClientCertificate: true})
	certificate, key := server.ClientCertificate()
	nothing := putFile(t, "nothing.pem", []byte("nothing"))
	locked := putFile(t, "locked.key", pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("locked")}))
	lockedOfOld := putFile(t, "old.pem", getFile(t, certificate), pem.EncodeToMemory(&pem.Block{
		Type: "EC PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}, Bytes: []byte("locked")}))
	for _, test := range []struct {
		name     string
		settings HTTPSettings
		want     string
	}{
		{"authority that is missing", HTTPSettings{CAFile: nothing + ".missing"}, "git's http.sslCAInfo: open "},
		{"authority that is none", HTTPSettings{CAFile: nothing}, "git's http.sslCAInfo: \"" + nothing + "\" contains no certificate in PEM format"},
		{"directory that is missing", HTTPSettings{CAPath: nothing + ".missing"}, "git's http.sslCAPath: open "},
		{"directory without certificates", HTTPSettings{CAPath: filepath.Dir(nothing)}, "contains a certificate in PEM format"},
		{"certificate that is missing", HTTPSettings{Certificate: "CurrentUser\\MY\\0123"}, "doorkey reads client certificates only from files in PEM format"},
		{"key that is missing", HTTPSettings{Certificate: certificate, Key: nothing + ".missing"}, "git's http.sslKey: open "},
		{"key that is none", HTTPSettings{Certificate: certificate, Key: nothing}, "are not a valid client certificate"},
		{"no key in the certificate's file", HTTPSettings{Certificate: certificate}, "are not a valid client certificate"},
		{"key that is encrypted", HTTPSettings{Certificate: certificate, Key: locked}, "git's http.sslKey: the key in \"" + locked + "\" is encrypted, and doorkey cannot ask for its passphrase\nwrite an unencrypted copy"},
		{"key that is encrypted in the older way, in one file", HTTPSettings{Certificate: lockedOfOld}, "is encrypted"},
		{"proxy's authority that is none", HTTPSettings{Proxy: "https://proxy.example", ProxyCAFile: nothing}, "git's http.proxySSLCAInfo"},
		{"proxy's certificate that is none", HTTPSettings{Proxy: "https://proxy.example", ProxyCertificate: nothing, ProxyKey: key}, "git's http.proxySSLCert"},
		{"proxy's key that is encrypted", HTTPSettings{Proxy: "https://proxy.example", ProxyCertificate: certificate, ProxyKey: locked}, "set http.proxySSLKey to it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := NewHTTPClient(test.settings); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// tlsProxy is a proxy that uses TLS, requires its own client certificate, and connects.
type tlsProxy struct {
	*httptest.Server
	authority string
	connected atomic.Int32
	shown     atomic.Value // the subject of the client certificate
}

func startTLSProxy(t *testing.T) *tlsProxy {
	t.Helper()
	p := &tlsProxy{}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(p.connect))
	p.Config.ErrorLog = log.New(io.Discard, "", 0) // errors of connections that it rejects
	p.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	p.StartTLS()
	t.Cleanup(p.Close)
	p.authority = putFile(t, "proxy.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw}))
	return p
}

func (p *tlsProxy) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	p.shown.Store(r.TLS.PeerCertificates[0].Subject.CommonName)
	server, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	p.connected.Add(1)
	io.WriteString(client, "HTTP/1.1 200 Connected\r\n\r\n")
	go io.Copy(server, client)
	io.Copy(client, server)
}

func TestProxyByTLS(t *testing.T) {
	proxy := startTLSProxy(t)
	server := startGitLab(t, fakegitlab.Options{})
	other := startGitLab(t, fakegitlab.Options{RequireClientCertificate: true})
	certificate, key := other.ClientCertificate()
	through := HTTPSettings{
		Proxy: "https://" + proxy.Listener.Addr().String(), CAFile: server.CAFile(),
		ProxyCAFile: proxy.authority, ProxyCertificate: certificate, ProxyKey: key,
	}
	if got := askForToken(t, server, through); !strings.Contains(got, "invalid_grant") || proxy.connected.Load() != 1 || proxy.shown.Load() != "ada" {
		t.Errorf("error %q, %d connections, certificate of %v", got, proxy.connected.Load(), proxy.shown.Load())
	}
	for _, test := range []struct {
		name   string
		change func(*HTTPSettings)
		want   string
	}{
		{"that is not trusted", func(s *HTTPSettings) { s.ProxyCAFile = "" }, "set http.proxySSLCAInfo"},
		{"that the server's authority does not speak for", func(s *HTTPSettings) { s.ProxyCAFile = server.CAFile() }, "set http.proxySSLCAInfo"},
		{"that is checked even if the server is not", func(s *HTTPSettings) { s.ProxyCAFile, s.NoVerify = "", true }, "set http.proxySSLCAInfo"},
		{"that is not shown the server's client certificate", func(s *HTTPSettings) {
			s.ProxyCertificate, s.ProxyKey, s.Certificate, s.Key = "", "", certificate, key
		}, "the proxy may be what requires it; then set http.proxySSLCert and http.proxySSLKey"},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := through
			test.change(&settings)
			if got := askForToken(t, server, settings); !strings.Contains(got, test.want) {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}
