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

// ofProxy explains what a proxy says, and that it cannot be reached.
func (f failure) ofProxy() *ConnectionError {
	var answer proxyAnswer
	if errors.As(f.err, &answer) {
		return f.ofProxyAnswer(answer)
	}
	operation := new(net.OpError)
	if !errors.As(f.err, &operation) {
		return nil
	}
	switch operation.Op {
	case "proxyconnect": // net/http's word for a proxy that cannot be reached
		text := "the proxy cannot be reached: " + operation.Err.Error()
		if certificate := new(tls.CertificateVerificationError); errors.As(operation.Err, &certificate) {
			return &ConnectionError{text: text, Lasting: true, hints: []string{
				"if it has a certificate of your company's, set " + f.Sources["proxySSLCAInfo"].Name("http.proxySSLCAInfo") + " to the file with its authority"}}
		}
		return &ConnectionError{text: text, Timeout: operation.Timeout(), hints: []string{"check " + f.nameOf("proxy") + ", and that the proxy runs"}}
	case "socks connect": // its word for a SOCKS proxy that does not connect
		reason := operation.Err.Error()
		if strings.Contains(reason, "auth") || strings.Contains(reason, "username") {
			return f.ofPassword()
		}
		return &ConnectionError{text: "the proxy does not connect: " + reason, hints: []string{"check the host and " + f.nameOf("proxy")}}
	}
	return nil
}

func (f failure) ofProxyAnswer(answer proxyAnswer) *ConnectionError {
	// 401 is what tinyproxy says to a wrong password.
	if answer.status != http.StatusProxyAuthRequired && answer.status != http.StatusUnauthorized {
		return &ConnectionError{
			text:    fmt.Sprintf("the proxy answered with HTTP status %d %s", answer.status, http.StatusText(answer.status)),
			hints:   []string{fmt.Sprintf("ask its administrator to let this machine reach %s; or, if that can be reached without a proxy, name it in %s", f.host, f.exceptions())},
			Lasting: answer.status < http.StatusInternalServerError,
		}
	}
	proxy, err := url.Parse(f.Proxy)
	knowsBasic := len(answer.methods) == 0 || slices.Contains(answer.methods, "basic")
	if knowsBasic && err == nil && f.sendsPassword(proxy) {
		return f.ofPassword()
	}
	demanded := strings.Join(answer.methods, ", ")
	if knowsBasic {
		demanded = "a password, and " + f.Sources["proxyAuthMethod"].Name("http.proxyAuthMethod") + " is " + f.ProxyAuthMethod
	}
	return &ConnectionError{text: "the proxy demands " + demanded + ": doorkey knows the method \"basic\" alone", Lasting: true, hints: []string{
		fmt.Sprintf("name %s in %s if it can be reached without a proxy; or run a proxy on this machine that signs in to that one, and set %s to it", f.host, f.exceptions(), f.proxyToSet())}}
}

// ofPassword is for a proxy that does not take the user and the password.
func (f failure) ofPassword() *ConnectionError {
	text := "the proxy wants a user name and a password"
	if proxy, err := url.Parse(f.Proxy); err == nil && proxy.User != nil {
		text = fmt.Sprintf("the proxy refused the password of the user %q", proxy.User.Username())
	}
	return &ConnectionError{text: text, Lasting: true, hints: []string{
		fmt.Sprintf("give the right ones in %s: user:password@ before the proxy's host, with %%40 for an \"@\" in them", f.nameOf("proxy"))}}
}
