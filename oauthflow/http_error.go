package oauthflow

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"git-credential-doorkey/internal/source"
)

// ConnectionError is a request without a complete answer: what was tried, why it failed,
// and what to do.
//
// It wraps nothing: a server that did not answer in time must not look like the end of
// the user's time for a sign-in.
type ConnectionError struct {
	Timeout bool // the server did not answer in time
	Lasting bool // another attempt would fail in the same way

	text  string
	hints []string
}

// Error returns what failed and what to do.
func (e *ConnectionError) Error() string {
	return strings.Join(append([]string{e.text}, e.hints...), "\n")
}

// explain describes a failed request to an address. It handles all network errors except
// an answer without an end.
func (s HTTPSettings) explain(address *url.URL, err error) error {
	if endless := new(http.MaxBytesError); errors.As(err, &endless) {
		return err
	}
	f := failure{HTTPSettings: s, origin: address.Scheme + "://" + address.Host, host: address.Hostname(), err: err}
	explained := f.explain()
	through := ""
	if s.Proxy != "" {
		through = fmt.Sprintf(" through the proxy %s (%s)", s.Proxy, s.nameOf("proxy"))
	}
	explained.text = fmt.Sprintf("cannot talk to %s%s: %s", f.origin, through, explained.text)
	return explained
}

// failure is a request that failed.
type failure struct {
	HTTPSettings
	origin, host string
	err          error
}

// explain returns the most useful reason. "text" is only the reason.
func (f failure) explain() *ConnectionError {
	for _, reason := range []func() *ConnectionError{f.explainProxy, f.explainCertificate, f.explainClientCertificate, f.explainHostName, f.explainNoAnswer} {
		if explained := reason(); explained != nil {
			return explained
		}
	}
	text := f.err.Error()
	if operation := new(net.OpError); errors.As(f.err, &operation) && operation.Err != nil {
		text = operation.Err.Error() // without the addresses, which the message has anyway
	}
	return &ConnectionError{text: text, hints: f.ifRefused()}
}

// explainHostName explains a host name that was not found.
func (f failure) explainHostName() *ConnectionError {
	name := new(net.DNSError)
	if !errors.As(f.err, &name) {
		return nil
	}
	text := fmt.Sprintf("the host name %q was not found", name.Name)
	if !name.IsNotFound {
		text = fmt.Sprintf("could not look up the host name %q: %s", name.Name, name.Err)
	}
	hints := append([]string{"check the address and the network"}, adviseOnNSS(name)...)
	return &ConnectionError{text: text, hints: append(hints, f.ifProxyNeeded()...)}
}

// explainNoAnswer explains a server that does not answer, or not completely.
func (f failure) explainNoAnswer() *ConnectionError {
	var timed net.Error
	switch {
	case errors.As(f.err, &timed) && timed.Timeout():
		return &ConnectionError{text: "no answer in time", Timeout: true,
			hints: append([]string{"check the network and whether the server is up"}, f.ifProxyNeeded()...)}
	case errors.Is(f.err, io.EOF), errors.Is(f.err, io.ErrUnexpectedEOF):
		return &ConnectionError{text: "the connection was closed before the answer was complete"}
	}
	return nil
}

func (f failure) ifRefused() []string {
	if errors.Is(f.err, syscall.ECONNREFUSED) {
		return append([]string{"check the address and whether the server is up"}, f.ifProxyNeeded()...)
	}
	return nil
}

// ifProxyNeeded is a hint for networks that allow no direct connections. A proxy is
// never used for plain http.
func (f failure) ifProxyNeeded() []string {
	from, isSet := f.Sources["proxy"]
	switch {
	case f.Proxy != "" || strings.HasPrefix(f.origin, "http:"):
		return nil
	case f.ProxyExempt:
		return []string{fmt.Sprintf("if %s is reachable only through the proxy, remove it from %s", f.host, f.exceptions())}
	case isSet && from.Variable == "":
		return []string{"if this network has a proxy, " + from.ToSet("http.proxy", "<address>") + " (its empty value turns the proxy off and overrides HTTPS_PROXY)"}
	}
	return []string{"if this network has a proxy, set http.proxy to it (or HTTPS_PROXY)"}
}

// exceptions returns the variable that lists hosts without a proxy.
func (f failure) exceptions() string {
	return f.Sources["noProxy"].Name("NO_PROXY")
}

// proxyToSet returns the setting that selects another proxy. A key overrides variables.
func (f failure) proxyToSet() string {
	return source.Setting{Key: f.Sources["proxy"].Key}.Name("http.proxy")
}
