package oauthflow

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// explainProxy explains errors of a proxy, or that it cannot be reached.
func (f failure) explainProxy() *ConnectionError {
	var answer proxyAnswer
	if errors.As(f.err, &answer) {
		return f.explainProxyAnswer(answer)
	}
	operation := new(net.OpError)
	if !errors.As(f.err, &operation) {
		return nil
	}
	switch operation.Op {
	case "proxyconnect": // net/http's name for a proxy that cannot be reached
		text := "cannot connect to the proxy: " + operation.Err.Error()
		if certificate := new(tls.CertificateVerificationError); errors.As(operation.Err, &certificate) {
			return &ConnectionError{text: text, Lasting: true, hints: []string{
				"if a certificate authority of your company signed its certificate, set " + f.Sources["proxySSLCAInfo"].Name("http.proxySSLCAInfo") + " to the file with the authority's certificate"}}
		}
		return &ConnectionError{text: text, Timeout: operation.Timeout(), hints: []string{"check " + f.nameOf("proxy") + " and that the proxy is running"}}
	case "socks connect": // its name for a SOCKS proxy that could not connect
		reason := operation.Err.Error()
		if strings.Contains(reason, "auth") || strings.Contains(reason, "username") {
			return f.explainProxyPassword()
		}
		return &ConnectionError{text: "the proxy could not connect: " + reason, hints: []string{"check the host and " + f.nameOf("proxy")}}
	}
	return nil
}

func (f failure) explainProxyAnswer(answer proxyAnswer) *ConnectionError {
	// tinyproxy answers 401 to a wrong password.
	if answer.status != http.StatusProxyAuthRequired && answer.status != http.StatusUnauthorized {
		return &ConnectionError{
			text:    fmt.Sprintf("the proxy answered with HTTP status %d %s", answer.status, http.StatusText(answer.status)),
			hints:   []string{fmt.Sprintf("ask its administrator to allow connections to %s; or, if you can reach it without a proxy, add it to %s", f.host, f.exceptions())},
			Lasting: answer.status < http.StatusInternalServerError,
		}
	}
	proxy, err := url.Parse(f.Proxy)
	knowsBasic := len(answer.methods) == 0 || slices.Contains(answer.methods, "basic")
	if knowsBasic && err == nil && f.sendsPassword(proxy) {
		return f.explainProxyPassword()
	}
	demanded := strings.Join(answer.methods, ", ")
	if knowsBasic {
		demanded = "a password, and " + f.Sources["proxyAuthMethod"].Name("http.proxyAuthMethod") + " is " + f.ProxyAuthMethod
	}
	return &ConnectionError{text: "the proxy demands " + demanded + ": doorkey supports only the method \"basic\"", Lasting: true, hints: []string{
		fmt.Sprintf("if you can reach %s without a proxy, add it to %s; or run a proxy on this machine that authenticates to that one, and set %s to it", f.host, f.exceptions(), f.proxyToSet())}}
}

// explainProxyPassword explains a proxy that rejected the user and the password.
func (f failure) explainProxyPassword() *ConnectionError {
	text := "the proxy requires a user name and a password"
	if proxy, err := url.Parse(f.Proxy); err == nil && proxy.User != nil {
		text = fmt.Sprintf("the proxy rejected the password of the user %q", proxy.User.Username())
	}
	return &ConnectionError{text: text, Lasting: true, hints: []string{
		fmt.Sprintf("set the user name and password in %s: user:password@ before the proxy's host, with %%40 for an \"@\"", f.nameOf("proxy"))}}
}
