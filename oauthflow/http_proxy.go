package oauthflow

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// useProxy sends everything through the proxy. A proxy over TLS has its own
// certificates: the client certificate for the server is not for the proxy.
func (s HTTPSettings) useProxy(transport *http.Transport, dialer *net.Dialer) error {
	proxy, err := url.Parse(s.Proxy)
	if err != nil || proxy.Hostname() == "" {
		return errors.New("the proxy's address is invalid") // the error may contain a secret
	}
	if proxy.Port() == "" {
		proxy.Host += ":" + defaultPort(proxy.Scheme)
	}
	switch {
	case !s.sendsPassword(proxy):
		proxy.User = nil
	case proxy.User != nil:
		proxy.User = url.UserPassword(proxy.User.Username(), s.ProxyPassword.Reveal())
	}
	transport.Proxy = http.ProxyURL(proxy)
	transport.OnProxyConnectResponse = notConnected
	if proxy.Scheme != "https" {
		return nil
	}
	settings, err := s.proxyTLS()
	if err != nil {
		return err
	}
	transport.DialTLSContext = dialTLS(dialer, settings)
	return nil
}

// defaultPort is curl's: 1080 even for a proxy over plain http.
func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "1080"
}

// sendsPassword reports whether the user and the password may be sent in this way. A
// user who configured another method does not want them sent in the clear.
func (s HTTPSettings) sendsPassword(proxy *url.URL) bool {
	switch strings.ToLower(s.ProxyAuthMethod) {
	case "digest", "negotiate", "ntlm":
		return strings.HasPrefix(proxy.Scheme, "socks") // SOCKS does not have HTTP's methods
	}
	return true
}

// proxyAnswer is a proxy's answer without a connection (RFC 9110 section 9.3.6).
type proxyAnswer struct {
	status  int
	methods []string // that it requires (RFC 9110 section 11.7.1), in lower case
}

func (proxyAnswer) Error() string { return "the proxy could not connect" }

func notConnected(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	answer := proxyAnswer{status: response.StatusCode}
	for _, challenge := range response.Header.Values("Proxy-Authenticate") {
		method, _, _ := strings.Cut(strings.TrimSpace(challenge), " ")
		answer.methods = append(answer.methods, strings.ToLower(method))
	}
	return answer
}
