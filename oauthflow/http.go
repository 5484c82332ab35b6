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

// HTTPSettings say how a server is reached and whom to trust, as git has it
// (its "http.*" and GIT_SSL_*). Zero values are: no proxy, the system's
// certificate authorities, no client certificate.
//
// They marshal to JSON but for the password and what is for a gateway, which whoever
// hands them on has to reveal.
type HTTPSettings struct {
	// Proxy is the URL of the proxy, with its user and without the password:
	// "http://ada@proxy.example:3128". The scheme is http, https, socks5 or
	// socks5h; with both of the last the proxy resolves names.
	Proxy           string
	ProxyPassword   secret.Text `json:"-"`
	ProxyExempt     bool        // there is a proxy, and it is not for this host
	ProxyAuthMethod string      // http.proxyAuthMethod; the password is sent for "", "anyauth" and "basic" alone

	// Of a proxy that is talked to by TLS: PEM files, as below.
	ProxyCAFile      string
	ProxyCertificate string
	ProxyKey         string

	CAFile      string // http.sslCAInfo: certificates to trust instead of the system's
	CAPath      string // http.sslCAPath: a directory of certificates to trust as well
	Certificate string // http.sslCert: the client's certificate, and those between it and its authority
	Key         string // http.sslKey: its key; in Certificate's file where empty
	TLSVersion  string // http.sslVersion: "tlsv1.3" is the one that says more than TLS 1.2 or newer

	// NoVerify leaves the server's certificate unchecked.
	NoVerify bool
	// VerifyRefused is a setting that would have done so and does not count, for
	// messages: "GIT_SSL_NO_VERIFY".
	VerifyRefused string

	// TrustsWindows is why http.sslCAInfo does not count: git leaves trust to Windows.
	TrustsWindows bool

	// Sources say where the settings are from, for messages, by the names of git's keys
	// ("sslCAInfo"); "noProxy" is the list of hosts that need no proxy. What nobody has
	// set has none.
	Sources map[string]source.Setting

	UserAgent string

	// Gateway is sent along to one origin alone. Whoever hands the settings on has
	// to reveal it, as the password.
	Gateway Gateway `json:"-"`
}

// SetSource remembers where a setting is from.
func (s *HTTPSettings) SetSource(name string, from source.Setting) {
	if from == (source.Setting{}) {
		return
	}
	if s.Sources == nil {
		s.Sources = make(map[string]source.Setting)
	}
	s.Sources[name] = from
}

// nameOf is what an error calls a setting that has a value.
func (s HTTPSettings) nameOf(name string) string {
	if from, set := s.Sources[name]; set {
		return from.String()
	}
	return "git's http." + name
}

// files are the paths among the settings.
func (s *HTTPSettings) files() []*string {
	return []*string{&s.ProxyCAFile, &s.ProxyCertificate, &s.ProxyKey, &s.CAFile, &s.CAPath, &s.Certificate, &s.Key}
}

// settingsAsText are HTTPSettings that JSON can have all of.
type settingsAsText HTTPSettings

// MarshalJSON escapes the paths: they may be no UTF-8, and JSON would change them.
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

// Limits of talking with a server.
const (
	connectTime = 15 * time.Second
	headerTime  = 30 * time.Second
	wholeTime   = 60 * time.Second
	largestBody = 1 << 20 // bytes
)

// errNoAnswer is the cause with which a context ends whose time was for an answer
// of the server's: as with the limits above, it is the server that was late.
var errNoAnswer = errors.New("no answer in time")

// NewHTTPClient returns a client for requests with tokens in them: TLS 1.2 or
// newer, limits on time and size, and no redirect is ever followed, since it
// would take the token along. It speaks HTTP/1.1 alone: a sign-in is a few requests one
// after another, and the released program leaves HTTP/2 out (nethttpomithttp2). It reads the files that the settings name; an
// error names the setting. Its requests fail with an error that says what was
// tried and what to do.
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

// limited ends requests in time, caps bodies, explains failures, and asks for
// JSON as every token endpoint has it (GitHub answers in form encoding
// otherwise).
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
		return err // whoever asked does not want to know any more
	}
	response, err := l.next.RoundTrip(sent)
	if err != nil {
		cancel()
		return nil, explain(err)
	}
	response.Body = body{http.MaxBytesReader(nil, response.Body, largestBody), cancel, explain}
	return response, nil
}

// CloseIdleConnections is what http.Client looks for by this name.
func (l limited) CloseIdleConnections() { l.next.CloseIdleConnections() }

// body is the body of an answer, until it is closed or its time is over.
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
