package proxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

func TestProxies(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "reached") }))
	defer server.Close()
	for _, test := range []struct {
		scheme string
		start  func(testing.TB) *Proxy
	}{
		{"http", StartHTTP},
		{"socks5", StartSOCKS},
	} {
		t.Run(test.scheme, func(t *testing.T) {
			proxy := test.start(t)
			get := func(user *url.Userinfo) string {
				transport := server.Client().Transport.(*http.Transport).Clone()
				transport.Proxy = http.ProxyURL(&url.URL{Scheme: test.scheme, Host: proxy.Host, User: user})
				transport.DisableKeepAlives = true
				response, err := (&http.Client{Transport: transport}).Get(server.URL)
				if err != nil {
					return ""
				}
				defer response.Body.Close()
				body, err := io.ReadAll(response.Body)
				if err != nil {
					t.Error(err)
				}
				return string(body)
			}
			for _, user := range []*url.Userinfo{nil, url.UserPassword(User, "wrong")} {
				if got := get(user); got != "" || proxy.Connections() != 0 {
					t.Errorf("as %v: %q, %d connections", user, got, proxy.Connections())
				}
			}
			if got := get(url.UserPassword(User, Password)); got != "reached" || proxy.Connections() != 1 {
				t.Errorf("with the password: %q, %d connections", got, proxy.Connections())
			}
		})
	}
}
