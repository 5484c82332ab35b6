package registers

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// StartEtcd starts an etcd without TLS and without users.
func StartEtcd(t testing.TB) *Engine {
	t.Helper()
	e := newEtcd(t, "http")
	e.Address = "etcd+" + e.URL + "/doorkey"
	e.begin(t)
	return e
}

// StartEtcdWithUsers starts an etcd with TLS, a user who may change the records, and
// one who may read them.
func StartEtcdWithUsers(t testing.TB) *Engine {
	t.Helper()
	e := newEtcd(t, "https")
	e.Address, e.User, e.ReadOnlyUser, e.Password = "etcd+"+e.URL+"/doorkey", "runner", "reader", "a-password-of-the-test"
	e.begin(t)
	e.call("auth/user/add", map[string]any{"name": "root", "password": e.Password})
	e.call("auth/role/add", map[string]any{"name": "root"})
	e.call("auth/user/grant", map[string]any{"user": "root", "role": "root"})
	for user, permission := range map[string]string{e.User: "READWRITE", e.ReadOnlyUser: "READ"} {
		e.call("auth/user/add", map[string]any{"name": user, "password": e.Password})
		e.call("auth/role/add", map[string]any{"name": user})
		e.call("auth/role/grant", map[string]any{"name": user, "perm": map[string]any{
			"permType": permission, "key": []byte("doorkey/"), "range_end": []byte("doorkey0"),
		}})
		e.call("auth/user/grant", map[string]any{"user": user, "role": user})
	}
	e.call("auth/enable", map[string]any{})
	return e
}

func newEtcd(t testing.TB, scheme string) *Engine {
	t.Helper()
	parts.Program(t, "etcd", "apt-get install --no-install-recommends etcd-server")
	e := &Engine{Data: filepath.Join(t.TempDir(), "data"), URL: scheme + "://127.0.0.1:" + parts.FreePort(t)}
	peer := "http://127.0.0.1:" + parts.FreePort(t)
	arguments := []string{"--data-dir", e.Data, "--listen-client-urls", e.URL, "--advertise-client-urls", e.URL,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer, "--logger", "zap"}
	if scheme == "https" {
		certificateFile, keyFile := certificate(t)
		e.CAFile = certificateFile
		// By default etcd takes 0.1 s to check a password; docs/fleet.md says to lower that.
		arguments = append(arguments, "--cert-file", certificateFile, "--key-file", keyFile, "--bcrypt-cost", "4")
	}
	e.start = func() *exec.Cmd { return exec.Command("etcd", arguments...) }
	e.ready = func(ctx context.Context) error { return answers(e.Client(), e.URL+"/health")(ctx) }
	return e
}

// Client returns a client that trusts the engine's certificate.
func (e *Engine) Client() *http.Client {
	if e.CAFile == "" {
		return &http.Client{Transport: &http.Transport{}}
	}
	content, err := os.ReadFile(e.CAFile)
	if err != nil {
		e.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(content)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

// call calls etcd's JSON gateway before it has users.
func (e *Engine) call(method string, body any) {
	e.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	response, err := e.Client().Post(e.URL+"/v3/"+method, "application/json", bytes.NewReader(content))
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	if said, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		e.t.Fatalf("etcd: %s: status %d: %s", method, response.StatusCode, said)
	}
}
