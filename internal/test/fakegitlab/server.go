// Package fakegitlab is a GitLab that runs on this computer, for doorkey's tests and
// its demonstration. Options can make it a GitHub, a Gitea or a Bitbucket. It is an
// HTTPS server with its own certificate authority, GitLab's OAuth endpoints and
// pages, and git repositories.
//
// It answers as GitLab does, and it checks every request: it rejects what a client
// must never send, and lists it in [Server.Problems]. Tests can make it misbehave,
// see [Misbehaviour].
//
// It supports only HTTP/1.1, so that "the connection is cut" means exactly that.
package fakegitlab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Server is a running GitLab. Its methods may be called from several
// goroutines at once.
type Server struct {
	options     Options
	address     string // host and port that it listens on
	base        string // scheme, host and port, without the relative root
	caFile      string
	endpoints   []endpoint
	pages       *template.Template
	sessionKey  []byte // signs the CSRF tokens of the pages
	gitPrograms string // git's directory of programs
	backend     string // git-http-backend in it

	clientID      atomic.Value // string: the application's ID
	record        *record
	grants        *grants
	devices       *devices
	misbehaviours *misbehaviours

	web         *http.Server
	end         context.CancelFunc // ends every request
	connections sync.WaitGroup
	served      chan struct{} // closed when no more connections are accepted
}

// Start starts a server on a free port of 127.0.0.1, with one repository,
// "group/project". It needs git. The caller closes the server.
func Start(options Options) (*Server, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: options, caFile: filepath.Join(options.Directory, "ca.pem"),
		sessionKey: []byte(randomHex(64)), served: make(chan struct{}),
		record: newRecord(), grants: newGrants(options),
		devices: newDevices(options), misbehaviours: &misbehaviours{},
	}
	s.clientID.Store(options.ClientID)
	s.endpoints = s.listEndpoints()
	if s.pages, err = parsePages(); err != nil {
		return nil, err
	}
	if err := s.prepareGit(); err != nil {
		return nil, err
	}
	if err := s.AddRepository("group/project"); err != nil {
		return nil, err
	}
	if err := s.listen(); err != nil {
		return nil, err
	}
	return s, nil
}

// listen opens the port and starts to serve.
func (s *Server) listen() error {
	settings, err := s.tlsSettings()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("fakegitlab: listen on 127.0.0.1: %v", err)
	}
	s.address = listener.Addr().String()
	s.base = "https://" + s.address
	if s.options.Name != "" {
		s.base = "https://" + s.options.Name
	}
	running, end := context.WithCancel(context.Background())
	s.end = end
	s.web = &http.Server{
		Handler:     http.HandlerFunc(s.serve),
		TLSConfig:   settings,
		ErrorLog:    log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return running },
		ConnState:   s.countConnections,
	}
	go func() {
		defer close(s.served)
		s.web.Serve(tls.NewListener(listener, s.web.TLSConfig))
	}()
	return nil
}

// tlsSettings makes the certificates.
func (s *Server) tlsSettings() (*tls.Config, error) {
	authority, err := newAuthority(s.caFile)
	if err != nil {
		return nil, err
	}
	certificate, err := authority.signServer(s.options.Name)
	if err != nil {
		return nil, err
	}
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if !s.options.RequireClientCertificate {
		return settings, nil
	}
	settings.ClientAuth, settings.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
	settings.ClientCAs.AddCert(authority.certificate)
	return settings, authority.writeClient(s.ClientCertificate())
}

// countConnections lets Close wait for the last connection.
func (s *Server) countConnections(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.connections.Add(1)
	case http.StateClosed:
		s.connections.Done()
	}
}

// Close stops the server: when it returns, every connection is closed, and every
// request and child process has ended. It does not remove the directory.
func (s *Server) Close() error {
	s.end()
	err := s.web.Close()
	<-s.served
	s.connections.Wait()
	return err
}

// URL returns the server's address with the relative root and without a final slash,
// such as "https://127.0.0.1:40123/gitlab".
func (s *Server) URL() string { return s.base + s.options.Root }

// Address returns the address that the server listens on, such as "127.0.0.1:40123".
func (s *Server) Address() string { return s.address }

// CAFile returns the path of the file (PEM) with the certificate authority
// that signed the server's certificate.
func (s *Server) CAFile() string { return s.caFile }

// ClientCertificate returns the paths of a client's certificate and its key (PEM),
// which exist if Options.RequireClientCertificate is set.
func (s *Server) ClientCertificate() (certificate, key string) {
	return filepath.Join(s.options.Directory, "client.pem"), filepath.Join(s.options.Directory, "client.key")
}

// ClientID returns the application's ID.
func (s *Server) ClientID() string { return s.clientID.Load().(string) }

// ClientSecret returns the application's secret, "" for a public application.
func (s *Server) ClientSecret() string { return s.options.ClientSecret }

// issuer returns the server's issuer name (RFC 9207).
func (s *Server) issuer() string {
	if s.options.Issuer != "" {
		return s.options.Issuer
	}
	return s.URL() + s.options.maker.issuerSuffix
}
