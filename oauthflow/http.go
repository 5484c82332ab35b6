package oauthflow

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/source"
)

// HTTPSettings say how to reach a server and whom to trust, as git's settings do
// ("http.*" and GIT_SSL_*). The zero value means no proxy, the system's certificate
// authorities, and no client certificate.
//
// They marshal to JSON except for the password and the gateway's headers, which the
// caller has to pass on separately.
type HTTPSettings struct {
	// Proxy is the URL of the proxy, with its user but without the password:
	// "http://ada@proxy.example:3128". The scheme is http, https, socks5 or socks5h;
	// with both socks schemes the proxy resolves names.
	Proxy           string
	ProxyPassword   secret.Text `json:"-"`
	ProxyExempt     bool        // there is a proxy, but it is not used for this host
	ProxyAuthMethod string      // http.proxyAuthMethod; the password is sent only for "", "anyauth" and "basic"

	// For a proxy over TLS: PEM files, as below.
	ProxyCAFile      string
	ProxyCertificate string
	ProxyKey         string

	CAFile      string // http.sslCAInfo: certificates to trust instead of the system's
	CAPath      string // http.sslCAPath: a directory of certificates to trust as well
	Certificate string // http.sslCert: the client certificate, with the intermediate certificates
	Key         string // http.sslKey: its key; in the Certificate file if empty
	TLSVersion  string // http.sslVersion: only "tlsv1.3" means more than TLS 1.2 or newer

	// NoVerify turns off verification of the server's certificate.
	NoVerify bool
	// VerifyRefused is a setting that would have done so but is ignored, for messages:
	// "GIT_SSL_NO_VERIFY".
	VerifyRefused string

	// TrustsWindows means that http.sslCAInfo is ignored: git leaves trust to Windows.
	TrustsWindows bool

	// Sources say where the settings come from, for messages, by the names of git's keys
	// ("sslCAInfo"); "noProxy" is the list of hosts that need no proxy. A setting that
	// is not set has no source.
	Sources map[string]source.Setting

	UserAgent string

	// Gateway is sent only to one origin. As with the password, the caller has to pass
	// it on separately.
	Gateway Gateway `json:"-"`
}

// SetSource records where a setting comes from.
func (s *HTTPSettings) SetSource(name string, from source.Setting) {
	if from == (source.Setting{}) {
		return
	}
	if s.Sources == nil {
		s.Sources = make(map[string]source.Setting)
	}
	s.Sources[name] = from
}

// nameOf returns the name of a setting that has a value, for an error.
func (s HTTPSettings) nameOf(name string) string {
	if from, set := s.Sources[name]; set {
		return from.String()
	}
	return "git's http." + name
}

// files returns the paths among the settings.
func (s *HTTPSettings) files() []*string {
	return []*string{&s.ProxyCAFile, &s.ProxyCertificate, &s.ProxyKey, &s.CAFile, &s.CAPath, &s.Certificate, &s.Key}
}

// settingsAsText are HTTPSettings that JSON can represent completely.
type settingsAsText HTTPSettings

// MarshalJSON escapes the paths: they may be invalid UTF-8, which JSON would change.
func (s HTTPSettings) MarshalJSON() ([]byte, error) {
	for _, file := range s.files() {
		*file = url.PathEscape(*file)
	}
	return json.Marshal(settingsAsText(s))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *HTTPSettings) UnmarshalJSON(content []byte) (err error) {
	if err := json.Unmarshal(content, (*settingsAsText)(s)); err != nil {
		return err
	}
	for _, file := range s.files() {
		if *file, err = url.PathUnescape(*file); err != nil {
			return err
		}
	}
	return nil
}

// Limits for a request.
const (
	connectTime = 15 * time.Second
	headerTime  = 30 * time.Second
	wholeTime   = 60 * time.Second
	largestBody = 1 << 20 // bytes
)

// errNoAnswer is the cause of a context whose time limit was for an answer of the
// server: as with the limits above, the server was too slow.
var errNoAnswer = errors.New("no answer in time")

// NewHTTPClient returns a client for requests that contain tokens: TLS 1.2 or newer,
// limits on time and size, and no redirects, since a redirect would take the token
// along. It uses only HTTP/1.1: a sign-in is a few requests one after another, and the
// released program omits HTTP/2 (nethttpomithttp2). It reads the files that the settings
// name; an error names the setting. Errors of its requests say what was tried and what
// to do.
func NewHTTPClient(settings HTTPSettings) (*http.Client, error) {
	dialer := &net.Dialer{Timeout: connectTime}
	transport := &http.Transport{
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   connectTime,
		ResponseHeaderTimeout: headerTime,
	}
	var err error
	if transport.TLSClientConfig, err = settings.serverTLS(); err != nil {
		return nil, err
	}
	if settings.Proxy != "" {
		if err := settings.useProxy(transport, dialer); err != nil {
			return nil, err
		}
	}
	return &http.Client{
		Transport:     limited{transport, settings},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// limited limits the time of requests and the size of bodies, explains failures, and
// asks for JSON, which every token endpoint supports (GitHub would answer in form
// encoding).
type limited struct {
	next     *http.Transport
	settings HTTPSettings
}

func (l limited) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(request.Context(), wholeTime)
	sent := request.Clone(ctx)
	sent.Header.Set("Accept", "application/json")
	sent.Header.Set("User-Agent", l.settings.UserAgent)
	l.settings.Gateway.addTo(sent)
	explain := func(err error) error {
		switch context.Cause(request.Context()) {
		case nil:
			return l.settings.explain(request.URL, err)
		case errNoAnswer:
			return l.settings.explain(request.URL, context.DeadlineExceeded)
		}
		return err // the caller has canceled the request
	}
	response, err := l.next.RoundTrip(sent)
	if err != nil {
		cancel()
		return nil, explain(err)
	}
	response.Body = body{http.MaxBytesReader(nil, response.Body, largestBody), cancel, explain}
	return response, nil
}

// CloseIdleConnections is the method that http.Client looks for.
func (l limited) CloseIdleConnections() { l.next.CloseIdleConnections() }

// body is the body of an answer, until it is closed or its time limit ends.
type body struct {
	io.ReadCloser
	cancel  context.CancelFunc
	explain func(error) error
}

func (b body) Read(buffer []byte) (int, error) {
	n, err := b.ReadCloser.Read(buffer)
	if err != nil && err != io.EOF {
		err = b.explain(err)
	}
	return n, err
}

func (b body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
