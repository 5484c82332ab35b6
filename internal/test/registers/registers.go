// Package registers starts the real engines that can store a fleet's record: etcd, a
// Kubernetes API server and Vault. Each runs on loopback, and stops when its test ends.
package registers

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Engine is a running engine with a place for records, and one user who may use only
// that place.
type Engine struct {
	Address string // the value of credential.<url>.oauthFleet
	URL     string // "https://127.0.0.1:port"
	CAFile  string // of the authority that signed its certificate; "" without TLS

	User     string // of etcd
	Password string // of etcd
	Token    string // of Vault and Kubernetes
	// ReadOnlyToken and ReadOnlyUser (with Password) may only read.
	ReadOnlyToken string
	ReadOnlyUser  string

	// Environment contains what a program needs to find the engine: "NAME=value".
	Environment []string

	// Data is the directory that the engine stores its data in.
	Data string

	start func() *exec.Cmd
	ready func(context.Context) error
	log   string
	t     testing.TB
	child *exec.Cmd
}

const (
	startLimit = 2 * time.Minute
	stopLimit  = 30 * time.Second
)

// Start starts the engine again after Stop, with its data.
func (e *Engine) Start() {
	e.t.Helper()
	log, err := os.OpenFile(e.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		e.t.Fatal(err)
	}
	defer log.Close() // the child has its own copy
	child := e.start()
	child.Stdout, child.Stderr = log, log
	if err := child.Start(); err != nil {
		e.t.Fatal(err)
	}
	e.child = child
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		err := e.ready(ctx)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			e.showLog()
			e.t.Fatalf("%s does not answer: %v", child.Path, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// Stop kills the engine, as on a machine that loses power.
func (e *Engine) Stop() {
	if e.child == nil {
		return
	}
	_ = e.child.Process.Kill()
	_ = e.child.Wait()
	e.child = nil
}

func (e *Engine) showLog() {
	const longest = 4000
	content, _ := os.ReadFile(e.log)
	e.t.Logf("log of the engine:\n%s", content[max(0, len(content)-longest):])
}

// begin starts an engine for the first time, and stops it when the test ends.
func (e *Engine) begin(t testing.TB) {
	t.Helper()
	e.t, e.log = t, filepath.Join(t.TempDir(), "log")
	t.Cleanup(func() {
		e.Stop()
		if t.Failed() {
			e.showLog()
		}
	})
	e.Start()
}

// answers is a value for Engine.ready: an address answers with a status below 500.
func answers(client *http.Client, url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode >= 500 {
			return fmt.Errorf("status %d", response.StatusCode)
		}
		return nil
	}
}

// certificate makes a self-signed certificate for 127.0.0.1, and its key.
func certificate(t testing.TB) (certificateFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "doorkey's test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	certificateFile, keyFile = filepath.Join(directory, "certificate.pem"), filepath.Join(directory, "key.pem")
	writePEM(t, certificateFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "PRIVATE KEY", keyDER)
	return certificateFile, keyFile
}

func writePEM(t testing.TB, path, kind string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		t.Fatal(err)
	}
}
