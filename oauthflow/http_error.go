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

// ConnectionError is a request that no answer came to, or no whole one: what was
// tried and why it failed, and what to do about it.
//
// It wraps nothing: that a server did not answer in time must not look like the
// end of the time that a person has for a sign-in.
type ConnectionError struct {
	Timeout bool // there was no answer in time
	Lasting bool // another try would fail in the same way

	text  string
	hints []string
}

// Error is what failed, and what to do about it.
func (e *ConnectionError) Error() string {
	return strings.Join(append([]string{e.text}, e.hints...), "\n")
}

// explain tells a person of a failed request to an address. All errors of the
// network pass through here, but for an answer without an end.
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

// explain finds the reason that says the most. "text" is the reason alone.
func (f failure) explain() *ConnectionError {
	for _, reason := range []func() *ConnectionError{f.ofProxy, f.ofCertificate, f.ofClientCertificate, f.ofName, f.ofSilence} {
		if explained := reason(); explained != nil {
			return explained
		}
	}
	text := f.err.Error()
	if operation := new(net.OpError); errors.As(f.err, &operation) && operation.Err != nil {
		text = operation.Err.Error() // without the addresses, which are named anyway
	}
	return &ConnectionError{text: text, hints: f.ifRefused()}
}

// ofName explains a host that is not found.
func (f failure) ofName() *ConnectionError {
	name := new(net.DNSError)
	if !errors.As(f.err, &name) {
		return nil
	}
	text := fmt.Sprintf("the name %q is not found", name.Name)
	if !name.IsNotFound {
		text = fmt.Sprintf("the name %q could not be looked up: %s", name.Name, name.Err)
	}
	hints := append([]string{"check the address and the network"}, ifNotAsked(name)...)
	return &ConnectionError{text: text, hints: append(hints, f.ifProxyNeeded()...)}
}

// ofSilence explains a server that does not answer, or not to the end.
func (f failure) ofSilence() *ConnectionError {
	var timed net.Error
	switch {
	case errors.As(f.err, &timed) && timed.Timeout():
		return &ConnectionError{text: "no answer in time", Timeout: true,
			hints: append([]string{"check the network, and whether the server is up"}, f.ifProxyNeeded()...)}
	case errors.Is(f.err, io.EOF), errors.Is(f.err, io.ErrUnexpectedEOF):
		return &ConnectionError{text: "the connection ended before the answer did"}
	}
	return nil
}

func (f failure) ifRefused() []string {
	if errors.Is(f.err, syscall.ECONNREFUSED) {
		return append([]string{"check the address, and whether the server is up"}, f.ifProxyNeeded()...)
	}
	return nil
}

// ifProxyNeeded is advice for networks that let nobody out directly. A proxy is never
// used for plain http.
func (f failure) ifProxyNeeded() []string {
	from, isSet := f.Sources["proxy"]
	switch {
	case f.Proxy != "" || strings.HasPrefix(f.origin, "http:"):
		return nil
	case f.ProxyExempt:
		return []string{fmt.Sprintf("if %s is reached through the proxy only, take it out of %s", f.host, f.exceptions())}
	case isSet && from.Variable == "":
		return []string{"if this network has a proxy, " + from.ToSet("http.proxy", "<address>") + " (it is set to nothing, which means none, whatever HTTPS_PROXY says)"}
	}
	return []string{"if this network has a proxy, set http.proxy to it (or HTTPS_PROXY)"}
}

// exceptions is the variable to list hosts in that need no proxy.
func (f failure) exceptions() string {
	return f.Sources["noProxy"].Name("NO_PROXY")
}

// proxyToSet is the setting with which another proxy is used. A key overrides
// variables.
func (f failure) proxyToSet() string {
	return source.Setting{Key: f.Sources["proxy"].Key}.Name("http.proxy")
}
