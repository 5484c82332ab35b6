package oauthflow

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// HTTPSettings are those of git for the host ("http.*"). Zero values leave the
// system's own: its certificates, HTTPS_PROXY and NO_PROXY.
type HTTPSettings struct {
	Proxy     string // http.proxy
	CAFile    string // http.sslCAInfo: PEM certificates to trust instead of the system's
	UserAgent string
}

// Limits of talking with a server.
const (
	connectTime = 15 * time.Second
	headerTime  = 30 * time.Second
	wholeTime   = 60 * time.Second
	largestBody = 1 << 20 // bytes
)

// NewHTTPClient returns a client for requests with tokens in them: TLS 1.2 or
// newer, limits on time and size, and no redirect is ever followed, since it
// would take the token along.
func NewHTTPClient(settings HTTPSettings) (*http.Client, error) {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: connectTime}).DialContext,
		TLSHandshakeTimeout:   connectTime,
		ResponseHeaderTimeout: headerTime,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:     true,
	}
	if settings.Proxy != "" {
		proxy, err := parseProxy(settings.Proxy)
		if err != nil || proxy.Host == "" {
			return nil, errors.New("git's http.proxy is not a URL such as http://proxy.example:3128")
		}
		transport.Proxy = http.ProxyURL(proxy)
	}
	if settings.CAFile != "" {
		pool, err := readCertificates(settings.CAFile)
		if err != nil {
			return nil, fmt.Errorf("git's http.sslCAInfo: %v", err)
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{
		Transport:     limited{transport, settings.UserAgent},
		Timeout:       wholeTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// parseProxy reads git's http.proxy, which may leave the scheme out.
func parseProxy(proxy string) (*url.URL, error) {
	if !strings.Contains(proxy, "://") {
		proxy = "http://" + proxy
	}
	return url.Parse(proxy)
}

func readCertificates(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%q has no certificate in PEM form", path)
	}
	return pool, nil
}

// limited caps bodies, and asks for JSON as every token endpoint has it
// (GitHub answers in form encoding otherwise).
type limited struct {
	next      *http.Transport
	userAgent string
}

func (l limited) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", l.userAgent)
	response, err := l.next.RoundTrip(request)
	if err == nil {
		response.Body = http.MaxBytesReader(nil, response.Body, largestBody)
	}
	return response, err
}

// CloseIdleConnections is what http.Client looks for by this name.
func (l limited) CloseIdleConnections() { l.next.CloseIdleConnections() }
