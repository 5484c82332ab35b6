package settings

import (
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/oauthflow"
)

// FuzzTimeout: an accepted timeout is positive, and parses again to the same time.
func FuzzTimeout(f *testing.F) {
	for _, seed := range []string{"", "300", "5m", "-1", "0", "9223372036", "9223372037", "1e9", "+5", "1h2m3.5s", "0x10", " 5", "1ns", "5 m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		timeout, err := parseTimeout("credential.oauthTimeout", value)
		if err != nil {
			return
		}
		again, err := parseTimeout("credential.oauthTimeout", timeout.String())
		now := time.Now()
		if timeout <= 0 || timeout+time.Minute < timeout || err != nil || again != timeout || !now.Add(timeout).After(now) {
			t.Errorf("%q is %v, which is %v, %v", value, timeout, again, err)
		}
	})
}

// FuzzParseProxy: an accepted proxy has one host and a known scheme. Its password is not in
// the URL. The user name contains no line break or NUL.
func FuzzParseProxy(f *testing.F) {
	for _, seed := range []string{
		"http://ada:pw-of-ada@proxy.example:3128", "proxy.example", "socks5h://a%40b:p@ss@[::1]:1080/", "http://ada%0ahost=evil@proxy.example",
		"https://ada:pw-of-ada@proxy.example:port", "http://a:pw-of-ada@h/run/proxy.sock", "http://[fe80::1%25eth0]:1", "ftp://ada:pw-of-ada@h", "ada:pw-of-ada://@h", "http://h%0aost", "://:@",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const hush = "pw-of-ada"
		proxy, password, err := parseProxy(text)
		if err != nil {
			// A scheme with that name is not a secret. Before a ":" or an "@", the text is
			// a secret.
			scheme, _, _ := strings.Cut(text, "://")
			isProtocol := strings.Contains(strings.ToLower(scheme), hush) && !strings.ContainsAny(scheme, ":@")
			if strings.Contains(err.Error(), hush) && !isProtocol {
				t.Errorf("error %v", err)
			}
			return
		}
		if !isProxyScheme(proxy.Scheme) || proxy.Hostname() == "" || proxy.Path != "" || proxy.RawQuery != "" || strings.ContainsAny(proxy.Host, "\r\n\x00 @/") {
			t.Errorf("proxy %q", proxy)
		}
		if _, inURL := proxy.User.Password(); inURL {
			t.Errorf("the password is in %q", proxy)
		}
		settings := oauthflow.HTTPSettings{Proxy: proxy.String(), ProxyPassword: password}
		if _, err := oauthflow.NewHTTPClient(settings); err != nil {
			t.Errorf("%q: %v", proxy, err)
		}
		if proxy.User != nil && strings.ContainsAny(proxy.User.Username(), "\r\n\x00") {
			t.Errorf("user name %q", proxy.User.Username())
		}
	})
}
