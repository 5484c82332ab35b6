package oauthflow

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/source"
)

func TestErrorsSayWhatWasTriedAndWhatToDo(t *testing.T) {
	byHTTPSProxy := map[string]source.Setting{"proxy": {Variable: "HTTPS_PROXY"}}
	plain := HTTPSettings{}
	setBy := func(name string, from source.Setting) map[string]source.Setting {
		return map[string]source.Setting{name: from}
	}
	proxied := HTTPSettings{Proxy: "http://ada@proxy.example:3128", Sources: byHTTPSProxy}
	nameless := HTTPSettings{Proxy: "http://proxy.example:3128"}
	ofGateway := func(name string, from source.Setting) HTTPSettings {
		s := proxied
		s.Sources = map[string]source.Setting{"proxy": {Key: "http.https://gitlab.example.com:8443.proxy"}, name: from}
		return s
	}
	by := func(operation string, err error) error { return &net.OpError{Op: operation, Net: "tcp", Err: err} }
	untrusted := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	over := &x509.Certificate{NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)}
	const (
		askForProxy  = "if this network has a proxy, set http.proxy to it (or HTTPS_PROXY)"
		giveTheRight = "set the user name and password in HTTPS_PROXY: user:password@ before the proxy's host, with %40 for an \"@\""
		getAuthority = "get the authority's certificate from the server's administrator, then run: git config --global http.https://gitlab.example.com:8443.sslCAInfo <file.pem>"
		through      = " through the proxy http://ada@proxy.example:3128 (HTTPS_PROXY)"
		throughOther = " through the proxy http://proxy.example:3128 (git's http.proxy)"
		noProxy      = "if you can reach gitlab.example.com without a proxy, add it to NO_PROXY; or run a proxy on this machine that authenticates to that one, and set http.proxy to it"
	)
	for _, test := range []struct {
		name     string
		settings HTTPSettings
		err      error
		want     string // without "cannot talk to <origin>"
		timeout  bool
		lasting  bool
	}{
		{"nobody listens", plain, by("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED)),
			": connect: connection refused\ncheck the address and whether the server is up\n" + askForProxy, false, false},
		{"no such name", plain, by("dial", &net.DNSError{Name: "gitlab.example.com", IsNotFound: true}),
			": the host name \"gitlab.example.com\" was not found\ncheck the address and the network\n" + ifOnlyNSS(true) + askForProxy, false, false},
		{"an mDNS name for which the name server fails", plain, by("dial", &net.DNSError{Name: "gitlab.local", Err: "server misbehaving"}),
			": could not look up the host name \"gitlab.local\": server misbehaving\ncheck the address and the network\n" + ifOnlyNSS(true) + askForProxy, false, false},
		{"no name server", plain, by("dial", &net.DNSError{Name: "gitlab.example.com", Err: "server misbehaving"}),
			": could not look up the host name \"gitlab.example.com\": server misbehaving\ncheck the address and the network\n" + ifOnlyNSS(false) + askForProxy, false, false},
		{"no answer", plain, context.DeadlineExceeded, ": no answer in time\ncheck the network and whether the server is up\n" + askForProxy, true, false},
		{"no answer behind a proxy", proxied, context.DeadlineExceeded, through + ": no answer in time\ncheck the network and whether the server is up", true, false},
		{"no answer where the proxy is not for the host", HTTPSettings{ProxyExempt: true, Sources: setBy("noProxy", source.Setting{Variable: "no_proxy"})}, context.DeadlineExceeded,
			": no answer in time\ncheck the network and whether the server is up\nif gitlab.example.com is reachable only through the proxy, remove it from no_proxy", true, false},
		{"no answer where a key turns the proxy off", HTTPSettings{Sources: setBy("proxy", source.Setting{Key: "http.https://gitlab.example.com:8443.proxy"})}, context.DeadlineExceeded,
			": no answer in time\ncheck the network and whether the server is up\nif this network has a proxy, run: git config --global http.https://gitlab.example.com:8443.proxy <address>" +
				" (its empty value turns the proxy off and overrides HTTPS_PROXY)", true, false},
		{"cut", plain, fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), ": the connection was closed before the answer was complete", false, false},
		{"something else", plain, errors.New("something else"), ": something else", false, false},

		{"authority not trusted", plain, untrusted(x509.UnknownAuthorityError{}),
			": its certificate is not trusted (doorkey trusts the system's certificate authorities): x509: certificate signed by unknown authority\n" + getAuthority, false, true},
		{"authority not among those configured", HTTPSettings{CAFile: "/ca.pem", CAPath: "/certs"}, untrusted(x509.UnknownAuthorityError{}),
			": its certificate is not trusted (doorkey trusts the certificate authorities in \"/ca.pem\" and in \"/certs\"): x509: certificate signed by unknown authority\n" + getAuthority +
				"\nhttp.sslCAInfo replaces the system's certificate authorities; if only some hosts need it, set http.<url>.sslCAInfo for them instead", false, true},
		{"authority not trusted, of a variable", HTTPSettings{CAFile: "/ca.pem", Sources: setBy("sslCAInfo", source.Setting{Variable: "GIT_SSL_CAINFO", Key: "http.sslCAInfo"})},
			untrusted(x509.UnknownAuthorityError{}),
			": its certificate is not trusted (doorkey trusts the certificate authorities in \"/ca.pem\"): x509: certificate signed by unknown authority\n" +
				"get the authority's certificate from the server's administrator, then set GIT_SSL_CAINFO to <file.pem>; or unset that variable, which overrides git's configuration, " +
				"and run: git config --global http.https://gitlab.example.com:8443.sslCAInfo <file.pem>\n" +
				"GIT_SSL_CAINFO replaces the system's certificate authorities; if only some hosts need it, unset it and set http.<url>.sslCAInfo for them", false, true},
		{"authority not trusted, of a key for a path", HTTPSettings{Sources: setBy("sslCAInfo", source.Setting{Key: "http.https://gitlab.example.com:8443/oauth.sslCAInfo"})},
			untrusted(x509.UnknownAuthorityError{}),
			": its certificate is not trusted (doorkey trusts the system's certificate authorities): x509: certificate signed by unknown authority\n" +
				strings.Replace(getAuthority, ":8443", ":8443/oauth", 1), false, true},
		{"authority not trusted by Windows", HTTPSettings{TrustsWindows: true}, untrusted(x509.UnknownAuthorityError{}),
			": its certificate is not trusted (doorkey trusts the system's certificate authorities): x509: certificate signed by unknown authority\n" +
				"get the authority's certificate from the server's administrator, then import it into the trusted root certification authorities of Windows, which http.schannelUseSSLCAInfo selects", false, true},
		{"authority not trusted, for all that a setting says", HTTPSettings{VerifyRefused: "GIT_SSL_NO_VERIFY"}, untrusted(x509.UnknownAuthorityError{}),
			": its certificate is not trusted (doorkey trusts the system's certificate authorities): x509: certificate signed by unknown authority\n" + getAuthority +
				"\ndoorkey ignores GIT_SSL_NO_VERIFY, because it sends tokens; only http.https://gitlab.example.com:8443.sslVerify=false would turn verification off, and then anyone on the network path can steal the tokens", false, true},
		{"certificate that is over", plain, untrusted(x509.CertificateInvalidError{Cert: over, Reason: x509.Expired}),
			": its certificate is valid only from " + day(over.NotBefore) + " to " + day(over.NotAfter) + ", and the clock here says " + day(time.Now()) +
				"\nif the clock of this machine is wrong, set it; if not, the server's administrator has to renew the certificate", false, true},
		{"certificate of another host", plain, untrusted(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"other.example"}}, Host: "gitlab.example.com"}),
			": its certificate is for another host: x509: certificate is valid for other.example, not gitlab.example.com\ncheck the address; if it is right, someone may be intercepting the connection", false, true},
		{"client certificate wanted", plain, by("remote error", errors.New("tls: certificate required")),
			": the server requires a client certificate\nset http.https://gitlab.example.com:8443.sslCert and http.https://gitlab.example.com:8443.sslKey to your certificate and key files", false, true},
		{"client certificate refused", HTTPSettings{Certificate: "/ada.pem"}, by("remote error", errors.New("tls: bad certificate")),
			": the server closed the connection: tls: bad certificate\ncheck that the client certificate in \"/ada.pem\" (git's http.sslCert) is for this server and has not expired", false, true},
		{"client certificate refused, of a variable", HTTPSettings{Certificate: "/ada.pem", Sources: setBy("sslCert", source.Setting{Variable: "GIT_SSL_CERT"})},
			by("remote error", errors.New("tls: bad certificate")),
			": the server closed the connection: tls: bad certificate\ncheck that the client certificate in \"/ada.pem\" (GIT_SSL_CERT) is for this server and has not expired", false, true},
		{"client certificate wanted, where a variable is empty", HTTPSettings{Sources: setBy("sslCert", source.Setting{Variable: "GIT_SSL_CERT"})},
			by("remote error", errors.New("tls: certificate required")),
			": the server requires a client certificate\nset GIT_SSL_CERT and http.https://gitlab.example.com:8443.sslKey to your certificate and key files", false, true},
		{"no TLS in common", plain, by("remote error", errors.New("tls: handshake failure")), ": the server closed the connection: tls: handshake failure", false, true},

		{"proxy that is down", proxied, by("proxyconnect", by("dial", syscall.ECONNREFUSED)),
			through + ": cannot connect to the proxy: dial tcp: connection refused\ncheck HTTPS_PROXY and that the proxy is running", false, false},
		{"proxy that is not trusted", proxied, by("proxyconnect", untrusted(x509.UnknownAuthorityError{})),
			through + ": cannot connect to the proxy: tls: failed to verify certificate: x509: certificate signed by unknown authority\n" +
				"if a certificate authority of your company signed its certificate, set http.proxySSLCAInfo to the file with the authority's certificate", false, true},
		{"password that is wrong", proxied, proxyAnswer{407, []string{"basic"}},
			through + ": the proxy rejected the password of the user \"ada\"\n" + giveTheRight, false, true},
		{"password that is wrong, as tinyproxy says it", proxied, proxyAnswer{401, nil},
			through + ": the proxy rejected the password of the user \"ada\"\n" + giveTheRight, false, true},
		{"password that is missing", nameless, proxyAnswer{407, []string{"negotiate", "basic"}},
			throughOther + ": the proxy requires a user name and a password\n" + strings.Replace(giveTheRight, "HTTPS_PROXY", "git's http.proxy", 1), false, true},
		{"method that doorkey does not know", proxied, proxyAnswer{407, []string{"negotiate", "ntlm"}},
			through + ": the proxy demands negotiate, ntlm: doorkey supports only the method \"basic\"\n" + noProxy, false, true},
		{"method that the person does not want", HTTPSettings{Proxy: proxied.Proxy, Sources: byHTTPSProxy, ProxyAuthMethod: "ntlm"}, proxyAnswer{407, []string{"basic"}},
			through + ": the proxy demands a password, and http.proxyAuthMethod is ntlm: doorkey supports only the method \"basic\"\n" + noProxy, false, true},
		{"method of a variable", ofGateway("proxyAuthMethod", source.Setting{Variable: "GIT_HTTP_PROXY_AUTHMETHOD"}), proxyAnswer{407, []string{"ntlm"}},
			strings.Replace(through, "HTTPS_PROXY", "git's http.https://gitlab.example.com:8443.proxy", 1) + ": the proxy demands ntlm: doorkey supports only the method \"basic\"\n" +
				strings.Replace(noProxy, "http.proxy", "http.https://gitlab.example.com:8443.proxy", 1), false, true},
		{"exceptions of a variable in lower case", ofGateway("noProxy", source.Setting{Variable: "no_proxy"}), proxyAnswer{403, nil},
			strings.Replace(through, "HTTPS_PROXY", "git's http.https://gitlab.example.com:8443.proxy", 1) +
				": the proxy answered with HTTP status 403 Forbidden\nask its administrator to allow connections to gitlab.example.com; or, if you can reach it without a proxy, add it to no_proxy", false, true},
		{"proxy that is not trusted, of a variable", ofGateway("proxySSLCAInfo", source.Setting{Variable: "GIT_PROXY_SSL_CAINFO"}), by("proxyconnect", untrusted(x509.UnknownAuthorityError{})),
			strings.Replace(through, "HTTPS_PROXY", "git's http.https://gitlab.example.com:8443.proxy", 1) + ": cannot connect to the proxy: tls: failed to verify certificate: x509: certificate signed by unknown authority\n" +
				"if a certificate authority of your company signed its certificate, set GIT_PROXY_SSL_CAINFO to the file with the authority's certificate", false, true},
		{"host that the proxy does not let through", proxied, proxyAnswer{403, nil},
			through + ": the proxy answered with HTTP status 403 Forbidden\nask its administrator to allow connections to gitlab.example.com; or, if you can reach it without a proxy, add it to NO_PROXY", false, true},
		{"proxy in trouble", proxied, proxyAnswer{502, nil},
			through + ": the proxy answered with HTTP status 502 Bad Gateway\nask its administrator to allow connections to gitlab.example.com; or, if you can reach it without a proxy, add it to NO_PROXY", false, false},
		{"password that a SOCKS proxy refuses", proxied, by("socks connect", errors.New("username/password authentication failed")),
			through + ": the proxy rejected the password of the user \"ada\"\n" + giveTheRight, false, true},
		{"host that a SOCKS proxy does not reach", proxied, by("socks connect", errors.New("unknown error host unreachable")),
			through + ": the proxy could not connect: unknown error host unreachable\ncheck the host and HTTPS_PROXY", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := &url.URL{Scheme: "https", Host: "gitlab.example.com:8443", Path: "/oauth/token"}
			explained, is := errors.AsType[*ConnectionError](test.settings.explain(address, test.err))
			if !is || explained.Error() != "cannot talk to https://gitlab.example.com:8443"+test.want {
				t.Fatalf("says %q, want %q", explained, test.want)
			}
			if explained.Timeout != test.timeout || explained.Lasting != test.lasting {
				t.Errorf("timeout %v, lasting %v", explained.Timeout, explained.Lasting)
			}
		})
	}
}

// TestSilentServer: doorkey must not mistake a server that does not answer for a user who
// does not answer.
func TestSilentServer(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings HTTPSettings
		address  string
	}{
		{"after the request", HTTPSettings{}, "http://127.0.0.1/"},
		{"before TLS", HTTPSettings{}, "https://gitlab.example.com/"},
		{"a proxy", HTTPSettings{Proxy: "http://proxy.example:3128"}, "https://gitlab.example.com/"},
		{"a SOCKS proxy", HTTPSettings{Proxy: "socks5h://proxy.example:1080"}, "https://gitlab.example.com/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, err := NewHTTPClient(test.settings)
				if err != nil {
					t.Fatal(err)
				}
				here, there := net.Pipe()
				defer there.Close() // net/http continues to connect in the background
				go io.Copy(io.Discard, there)
				client.Transport.(limited).next.DialContext = func(context.Context, string, string) (net.Conn, error) { return here, nil }
				began := time.Now()
				_, err = client.Post(test.address, "text/plain", http.NoBody)
				explained, is := errors.AsType[*ConnectionError](err)
				if !is || !explained.Timeout || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v", err)
				}
				if took := time.Since(began); took > wholeTime {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// TestSilenceWithinALimit: the time limit of a request is for the server, and the time
// limit of a sign-in is for the user.
func TestSilenceWithinALimit(t *testing.T) {
	provider := Provider{DeviceAuthURL: "https://h.example/device", TokenURL: "https://h.example/token", ClientID: "app"}
	guessed, err := Resolve("https://h.example", nil, Settings{ClientID: "app"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		ask  func(context.Context, Client) error
	}{
		{"what the server is", func(ctx context.Context, c Client) error {
			_, err := c.Discover(ctx, "https://h.example", "")
			return err
		}},
		{"whether it is what it is taken for", func(ctx context.Context, c Client) error {
			_, err := c.Confirm(ctx, guessed, "")
			return err
		}},
		{"a device code", func(ctx context.Context, c Client) error {
			_, err := c.SignInByDevice(ctx, provider, func(DeviceCode) {})
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := test.ask(t.Context(), silentClient(t))
				explained, is := errors.AsType[*ConnectionError](err)
				if !is || !explained.Timeout || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v", err)
				}
			})
			synctest.Test(t, func(t *testing.T) {
				late := errors.New("nobody came in time")
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, late)
				defer cancel()
				if err := test.ask(ctx, silentClient(t)); !errors.Is(err, late) && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("where the sign-in ends first: %v", err)
				}
			})
		})
	}
}

// silentClient returns a client whose server reads everything and answers nothing.
func silentClient(t *testing.T) Client {
	t.Helper()
	client, err := NewHTTPClient(HTTPSettings{})
	if err != nil {
		t.Fatal(err)
	}
	client.Transport.(limited).next.DialTLSContext = func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		t.Cleanup(func() { there.Close() })
		go io.Copy(io.Discard, there)
		return here, nil
	}
	return Client{HTTP: client}
}

func TestWhoeverAskedEndsIt(t *testing.T) {
	client, err := NewHTTPClient(HTTPSettings{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", "https://gitlab.example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(request); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// ifOnlyNSS returns the hint for a name that git may find and this program does not.
func ifOnlyNSS(mayBe bool) string {
	if !mayBe || len(adviseOnNSS(&net.DNSError{IsNotFound: true})) == 0 {
		return ""
	}
	return "doorkey looks up names only in /etc/hosts and DNS; if only mDNS (.local) or sssd knows the name, add it to /etc/hosts\n"
}
