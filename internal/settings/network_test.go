package settings

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/source"
	"git-credential-doorkey/oauthflow"
)

// gitHTTPOf returns git's settings for an endpoint in a test: no helper has a password, and
// "~" is /home/ada.
func gitHTTPOf(t *testing.T, endpoint string, values gitconfig.Values, variables map[string]string) gitHTTP {
	t.Helper()
	address, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return gitHTTP{
		endpoint: address, values: values,
		variable: func(name string) (string, bool) { value, set := variables[name]; return value, set },
		expand:   func(path string) (string, error) { return strings.Replace(path, "~", "/home/ada", 1), nil },
		perURL:   func(string) ([]gitconfig.URLValue, error) { return nil, nil },
		password: func(*url.URL) (string, error) { return "", gitconfig.ErrNoCredential },
	}
}

const endpointOfTests = "https://gitlab.example.com/oauth/token"

func TestNetworkSettings(t *testing.T) {
	type settings = oauthflow.HTTPSettings
	for _, test := range []struct {
		name      string
		values    gitconfig.Values
		variables map[string]string
		want      settings
	}{
		{"nothing is said", nil, nil, settings{}},
		{"everything, in the configuration", gitconfig.Values{
			"proxy": "https://ada:pw@proxy.example", "proxyauthmethod": "basic", "proxysslcainfo": "~/p", "proxysslcert": "/pc", "proxysslkey": "/pk",
			"sslcainfo": "~/ca.pem", "sslcapath": "~/ca", "sslcert": "~/cert", "sslkey": "~/key", "sslversion": "tlsv1.3",
		}, nil, settings{
			Proxy: "https://ada@proxy.example", ProxyPassword: secret.New("pw"), ProxyAuthMethod: "basic",
			ProxyCAFile: "~/p", ProxyCertificate: "/pc", ProxyKey: "/pk", // git does not expand these
			CAFile: "/home/ada/ca.pem", CAPath: "/home/ada/ca", Certificate: "/home/ada/cert", Key: "/home/ada/key", TLSVersion: "tlsv1.3",
		}},
		{"the environment goes before it", gitconfig.Values{
			"proxyauthmethod": "basic", "proxysslcainfo": "/p", "proxysslcert": "/pc", "proxysslkey": "/pk",
			"sslcainfo": "/ca.pem", "sslcapath": "/ca", "sslcert": "/cert", "sslkey": "/key", "sslversion": "tlsv1.3",
		}, map[string]string{
			"GIT_HTTP_PROXY_AUTHMETHOD": "ntlm", "GIT_PROXY_SSL_CAINFO": "1", "GIT_PROXY_SSL_CERT": "2", "GIT_PROXY_SSL_KEY": "3",
			"GIT_SSL_CAINFO": "~/4", "GIT_SSL_CAPATH": "5", "GIT_SSL_CERT": "6", "GIT_SSL_KEY": "7", "GIT_SSL_VERSION": "tlsv1.2",
		}, settings{
			ProxyAuthMethod: "ntlm", ProxyCAFile: "1", ProxyCertificate: "2", ProxyKey: "3",
			CAFile: "~/4", CAPath: "5", Certificate: "6", Key: "7", TLSVersion: "tlsv1.2",
		}},
		{"the environment empties it", gitconfig.Values{"sslcainfo": "/ca.pem", "sslcert": "/cert", "sslversion": "tlsv1.3"},
			map[string]string{"GIT_SSL_CAINFO": "", "GIT_SSL_CERT": "", "GIT_SSL_VERSION": ""}, settings{}},
		{"git for Windows leaves trust to Windows", gitconfig.Values{"sslbackend": "schannel", "sslcainfo": "/ca.pem"}, nil, settings{TrustsWindows: true}},
		{"unless it is told not to", gitconfig.Values{"sslbackend": "schannel", "schannelusesslcainfo": "true", "sslcainfo": "/ca.pem"}, nil, settings{CAFile: "/ca.pem"}},
		{"another TLS library", gitconfig.Values{"sslbackend": "openssl", "sslcainfo": "/ca.pem"}, nil, settings{CAFile: "/ca.pem"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := gitHTTPOf(t, endpointOfTests, test.values, test.variables).settings()
			if err != nil {
				t.Fatal(err)
			}
			samePassword := got.ProxyPassword.Equal(test.want.ProxyPassword)
			got.ProxyPassword, test.want.ProxyPassword = secret.Text{}, secret.Text{}
			got.Sources = nil // TestSources
			if !reflect.DeepEqual(got, test.want) || !samePassword {
				t.Errorf("got %+v, want %+v; same password: %t", got, test.want, samePassword)
			}
		})
	}
}

// TestSources: errors name the source of the setting that counts.
func TestSources(t *testing.T) {
	const host = "http.https://gitlab.example.com."
	type keys map[string]string // values by key, as git lists them
	type variables map[string]string
	type sources map[string]source.Setting
	for _, row := range []struct {
		name      string
		keys      keys
		variables variables
		want      sources
	}{
		{"nothing is set", nil, nil, nil},
		{"keys for all hosts", keys{"http.sslcainfo": "/ca", "http.sslcert": "/cert", "http.sslkey": "/key", "http.sslcapath": "/ca"}, nil,
			sources{"sslCAInfo": {Key: "http.sslCAInfo"}, "sslCert": {Key: "http.sslCert"}, "sslKey": {Key: "http.sslKey"}, "sslCAPath": {Key: "http.sslCAPath"}}},
		{"a key for the host", keys{host + "sslcainfo": "/ca"}, nil, sources{"sslCAInfo": {Key: host + "sslCAInfo"}}},
		{"a key with a password", keys{"http.https://ada:lovelace@gitlab.example.com.sslcainfo": "/ca"}, nil,
			sources{"sslCAInfo": {Key: secret.HideIn("http.https://ada:lovelace@gitlab.example.com.sslCAInfo")}}},
		{"a variable alone", nil, variables{"GIT_SSL_CAINFO": "/ca"}, sources{"sslCAInfo": {Variable: "GIT_SSL_CAINFO"}}},
		{"variables and keys",
			keys{host + "sslcainfo": "/ca", "http.sslcapath": "/ca", "http.sslcert": "/c", "http.sslkey": "/k", "http.sslversion": "tlsv1.2"},
			variables{"GIT_SSL_CAINFO": "", "GIT_SSL_CAPATH": "/b", "GIT_SSL_CERT": "/d", "GIT_SSL_KEY": "/l", "GIT_SSL_VERSION": "tlsv1.3"},
			sources{
				"sslCAInfo": {Variable: "GIT_SSL_CAINFO", Key: host + "sslCAInfo"}, "sslCAPath": {Variable: "GIT_SSL_CAPATH", Key: "http.sslCAPath"},
				"sslCert": {Variable: "GIT_SSL_CERT", Key: "http.sslCert"}, "sslKey": {Variable: "GIT_SSL_KEY", Key: "http.sslKey"},
				"sslVersion": {Variable: "GIT_SSL_VERSION", Key: "http.sslVersion"},
			}},
		{"variables of the proxy",
			keys{"http.proxysslcainfo": "/ca"},
			variables{"GIT_PROXY_SSL_CAINFO": "/b", "GIT_PROXY_SSL_CERT": "/d", "GIT_PROXY_SSL_KEY": "/l", "GIT_HTTP_PROXY_AUTHMETHOD": "ntlm"},
			sources{
				"proxySSLCAInfo": {Variable: "GIT_PROXY_SSL_CAINFO", Key: "http.proxySSLCAInfo"}, "proxySSLCert": {Variable: "GIT_PROXY_SSL_CERT"},
				"proxySSLKey": {Variable: "GIT_PROXY_SSL_KEY"}, "proxyAuthMethod": {Variable: "GIT_HTTP_PROXY_AUTHMETHOD"},
			}},
		{"a proxy by a key, which overrides variables", keys{"http.proxy": "a:1"}, variables{"https_proxy": "b:1"}, sources{"proxy": {Key: "http.proxy"}}},
		{"a proxy by a variable, and its exceptions", nil, variables{"HTTPS_PROXY": "b:1", "NO_PROXY": "x", "no_proxy": ""},
			sources{"proxy": {Variable: "HTTPS_PROXY"}, "noProxy": {Variable: "no_proxy"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			values, entries := make(gitconfig.Values), make(map[string]gitconfig.Entry)
			for key, value := range row.keys {
				name := key[strings.LastIndex(key, ".")+1:]
				values[name], entries[name] = value, gitconfig.Entry{Key: key, Value: value}
			}
			git := gitHTTPOf(t, endpointOfTests, values, row.variables)
			git.entries = entries
			got, err := git.settings()
			if err != nil || !maps.Equal(got.Sources, row.want) {
				t.Errorf("got %+v, %v, want %+v", got.Sources, err, row.want)
			}
		})
	}
}

func TestVerification(t *testing.T) {
	off := map[string]string{"GIT_SSL_NO_VERIFY": "0"} // git checks only whether it is set
	here := func(address, value string) []gitconfig.URLValue {
		return []gitconfig.URLValue{{URL: address, Value: value}}
	}
	for _, test := range []struct {
		name      string
		value     string // http.sslVerify for the endpoint's URL; "-" means that it is not set
		variables map[string]string
		perURL    []gitconfig.URLValue
		noVerify  bool
		refused   string
	}{
		{"not set", "-", nil, nil, false, ""},
		{"on", "true", nil, nil, false, ""},
		{"on for this host", "true", nil, here("https://gitlab.example.com", "true"), false, ""},
		{"what is no switch", "perhaps", nil, here("https://gitlab.example.com", "perhaps"), false, ""},

		{"off for this host", "false", nil, here("https://gitlab.example.com", "false"), true, ""},
		{"off, by a number", "0", nil, here("https://gitlab.example.com", "0"), true, ""},
		{"off, by an empty value", "", nil, here("https://gitlab.example.com", ""), true, ""},
		{"off, with a slash and the port", "no", nil, here("https://GitLab.example.com:443/", "no"), true, ""},
		{"off for a path that the endpoint is below", "off", nil, here("https://gitlab.example.com/oauth", "off"), true, ""},
		{"off for this host and by the environment", "-", off, here("https://gitlab.example.com", "false"), true, ""},

		{"off for all", "false", nil, nil, false, "http.sslVerify=false"},
		{"off by the environment", "-", off, nil, false, "GIT_SSL_NO_VERIFY"},
		{"off by the environment, on for this host", "true", off, here("https://gitlab.example.com", "true"), false, "GIT_SSL_NO_VERIFY"},
		{"off by the environment, on for this host in the end", "true", off,
			append(here("https://gitlab.example.com", "false"), here("https://gitlab.example.com", "true")...), false, "GIT_SSL_NO_VERIFY"},
		{"off for this host, on for a path of it", "false", off,
			append(here("https://gitlab.example.com/oauth", "true"), here("https://gitlab.example.com", "false")...), false, "GIT_SSL_NO_VERIFY"},
		{"off for a pattern", "false", nil, here("https://*.example.com", "false"), false, "http.sslVerify=false"},
		{"off for another host", "false", nil, here("https://example.com", "false"), false, "http.sslVerify=false"},
		{"off for another port", "false", nil, here("https://gitlab.example.com:8443", "false"), false, "http.sslVerify=false"},
		{"off for another scheme", "false", nil, here("http://gitlab.example.com", "false"), false, "http.sslVerify=false"},
		{"off for another path", "false", nil, here("https://gitlab.example.com/oau", "false"), false, "http.sslVerify=false"},
		{"off for a user", "false", nil, here("https://ada@gitlab.example.com", "false"), false, "http.sslVerify=false"},
		{"off for what is no URL", "false", nil, here("https://gitlab.example.com:port", "false"), false, "http.sslVerify=false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			values := gitconfig.Values{"sslverify": test.value}
			if test.value == "-" {
				values = nil
			}
			git := gitHTTPOf(t, endpointOfTests, values, test.variables)
			git.perURL = func(string) ([]gitconfig.URLValue, error) { return test.perURL, nil }
			got, err := git.settings()
			if err != nil || got.NoVerify != test.noVerify || got.VerifyRefused != test.refused {
				t.Errorf("not verified: %t, refused %q, error %v", got.NoVerify, got.VerifyRefused, err)
			}
		})
	}
}

func TestChosenProxy(t *testing.T) {
	const endpoint = endpointOfTests
	for _, test := range []struct {
		name         string
		endpoint     string
		values       gitconfig.Values
		variables    map[string]string
		want, source string
	}{
		{"none", endpoint, nil, nil, "", ""},
		{"configured", endpoint, gitconfig.Values{"proxy": "a:1"}, map[string]string{"https_proxy": "b:1"}, "http://a:1", "http.proxy"},
		{"configured to be none", endpoint, gitconfig.Values{"proxy": ""}, map[string]string{"HTTPS_PROXY": "b:1"}, "", "http.proxy"},
		{"by variable", endpoint, nil, map[string]string{"HTTPS_PROXY": "b:1", "ALL_PROXY": "c:1"}, "http://b:1", "HTTPS_PROXY"},
		{"lower case goes first", endpoint, nil, map[string]string{"HTTPS_PROXY": "b:1", "https_proxy": "c:1"}, "http://c:1", "https_proxy"},
		{"an empty variable is none", endpoint, nil, map[string]string{"https_proxy": "", "HTTPS_PROXY": "b:1", "ALL_PROXY": "c:1"}, "", "https_proxy"},
		{"by the variable for all", endpoint, nil, map[string]string{"ALL_PROXY": "socks5h://c:1"}, "socks5h://c:1", "ALL_PROXY"},
		{"by the variable for all, lower case first", endpoint, nil, map[string]string{"ALL_PROXY": "b:1", "all_proxy": "c:1"}, "http://c:1", "all_proxy"},
		{"not that of plain http", endpoint, nil, map[string]string{"http_proxy": "b:1", "HTTP_PROXY": "c:1"}, "", ""},
		{"exempt", endpoint, gitconfig.Values{"proxy": "a:1"}, map[string]string{"NO_PROXY": "example.com"}, "", "http.proxy"},
		{"exempt, lower case first", endpoint, gitconfig.Values{"proxy": "a:1"}, map[string]string{"NO_PROXY": "example.com", "no_proxy": "example.org"}, "http://a:1", "http.proxy"},
		{"a token in the clear stays on this machine", "http://127.0.0.1:8080/oauth/token", gitconfig.Values{"proxy": "a:1"}, map[string]string{"http_proxy": "b:1", "ALL_PROXY": "c:1"}, "", ""},
		{"this machine by TLS, as git has it", "https://127.0.0.1:8443/oauth/token", nil, map[string]string{"ALL_PROXY": "c:1"}, "http://c:1", "ALL_PROXY"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := gitHTTPOf(t, test.endpoint, test.values, test.variables).settings()
			if err != nil || got.Proxy != test.want || got.Sources["proxy"].Name("") != test.source {
				t.Errorf("got %q from %+v, %v, want %q from %q", got.Proxy, got.Sources["proxy"], err, test.want, test.source)
			}
		})
	}
}

func TestPasswordOfProxy(t *testing.T) {
	for _, test := range []struct {
		name, proxy string
		asked       string // the URL for which git's helpers were asked
		want        secret.Text
	}{
		{"in the setting", "http://ada:pw@proxy.example", "", secret.New("pw")},
		{"empty in the setting", "http://ada:@proxy.example", "", secret.New("")},
		{"of no user", "http://proxy.example", "", secret.Text{}},
		{"of git's helpers", "http://ada@proxy.example", "http://ada@proxy.example", secret.New("kept")},
		{"of git's helpers, with a port", "socks5://a%20b@proxy.example:1080", "socks5://a%20b@proxy.example:1080", secret.New("kept")},
	} {
		t.Run(test.name, func(t *testing.T) {
			git, asked := gitHTTPOf(t, endpointOfTests, gitconfig.Values{"proxy": test.proxy}, nil), ""
			git.password = func(proxy *url.URL) (string, error) { asked = proxy.String(); return "kept", nil }
			got, err := git.settings()
			if err != nil || asked != test.asked || !got.ProxyPassword.Equal(test.want) {
				t.Errorf("asked for %q, got %q, %v", asked, got.ProxyPassword.Reveal(), err)
			}
		})
	}
	t.Run("known to nobody", func(t *testing.T) {
		_, err := gitHTTPOf(t, endpointOfTests, gitconfig.Values{"proxy": "ada@proxy.example"}, nil).settings()
		if err == nil || !strings.HasPrefix(err.Error(), `git's http.proxy names the user "ada" of the proxy "proxy.example" without a password, and no credential helper returned it`+"\n") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("kept, and not to be had", func(t *testing.T) {
		git := gitHTTPOf(t, endpointOfTests, gitconfig.Values{"proxy": "ada@proxy.example"}, nil)
		git.password = func(*url.URL) (string, error) { return "", errors.New("doorkey: the keyring is locked") }
		_, err := git.settings()
		if err == nil || !strings.HasPrefix(err.Error(), `git's http.proxy names the user "ada" of the proxy "proxy.example" without a password, and git's credential helpers do not return it: doorkey: the keyring is locked`+"\n") {
			t.Errorf("error %v", err)
		}
	})
}

func TestParseProxy(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       string // "scheme user password host"
		wrong      string // part of the error
	}{
		{"whole", "http://ada:pw@proxy.example:3128", `http "ada" "pw" proxy.example:3128`, ""},
		{"no scheme", "proxy.example:3128", `http none proxy.example:3128`, ""},
		{"host alone", "proxy.example", `http none proxy.example`, ""},
		{"no scheme, with a password", "ada:pw@proxy.example:3128", `http "ada" "pw" proxy.example:3128`, ""},
		{"final slash", "http://proxy.example:3128/", `http none proxy.example:3128`, ""},
		{"by TLS", "https://proxy.example", `https none proxy.example`, ""},
		{"SOCKS", "socks5://proxy.example:1080", `socks5 none proxy.example:1080`, ""},
		{"SOCKS, upper case", "SOCKS5H://proxy.example:1080", `socks5h none proxy.example:1080`, ""},
		{"address", "http://[::1]:3128", `http none [::1]:3128`, ""},
		{"escapes", "http://a%40b:p%3Aw%2f%25@proxy.example", `http "a@b" "p:w/%" proxy.example`, ""},
		{"characters that want no escape", "http://ada:p^w:|\"%zz@proxy.example", `http "ada" "p^w:|\"%zz" proxy.example`, ""},
		{"an @ in the password", "http://ada:p@ss@proxy.example", `http "ada" "p@ss" proxy.example`, ""},
		{"user alone", "ada@proxy.example", `http "ada" no password proxy.example`, ""},

		{"nothing after the scheme", "http://", "", "not the URL of a proxy"},
		{"no host", "http://ada:hush@:3128", "", "not the URL of a proxy"},
		{"colons alone", "http://ada:hush@::", "", "not the URL of a proxy"},
		{"no scheme, and one in the password", "ada:hush://@proxy.example", "", "not the URL of a proxy"},
		{"port that is none", "http://ada:hush@proxy.example:port", "", "not the URL of a proxy"},
		{"host that is none", "http://ada:hush@proxy example", "", "not the URL of a proxy"},
		{"older SOCKS", "socks4a://ada:hush@proxy.example", "", "does not support proxies of the type \"socks4a\""},
		{"another protocol", "ftp://ada:hush@proxy.example", "", "does not support proxies of the type \"ftp\""},
		{"socket of this machine", "socks5h://ada:hush@localhost/run/proxy.sock", "", "on a local socket"},
		{"line break in the user's name", "http://ada%0ahost=evil:hush@proxy.example", "", "line break"},
	} {
		t.Run(test.name, func(t *testing.T) {
			proxy, password, err := parseProxy(test.text)
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) || strings.Contains(err.Error(), "hush") {
					t.Errorf("error %v, want %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			user := "none"
			if proxy.User != nil {
				user = fmt.Sprintf("%q no password", proxy.User.Username())
			}
			if password.IsSet() {
				user = fmt.Sprintf("%q %q", proxy.User.Username(), password.Reveal())
			}
			if got := proxy.Scheme + " " + user + " " + proxy.Host; !reflect.DeepEqual(got, test.want) || strings.Contains(proxy.String(), ":pw") {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestNoProxy(t *testing.T) {
	for _, test := range []struct {
		name, host, list string
		want             bool
	}{
		{"empty", "gitlab.example.com", "", false},
		{"all", "gitlab.example.com", "*", true},
		{"all, for addresses too", "192.0.2.1", " * ", true},
		{"the host", "gitlab.example.com", "gitlab.example.com", true},
		{"in another case", "GitLab.example.com", "gitlab.EXAMPLE.com", true},
		{"its domain", "gitlab.example.com", "example.com", true},
		{"its domain with a dot", "gitlab.example.com", ".example.com", true},
		{"a dot, and the host itself", "example.com", ".example.com", true},
		{"dots at the end", "gitlab.example.com.", "example.com.", true},
		{"one of several", "gitlab.example.com", "localhost, example.org example.com", true},
		{"half of a name", "notexample.com", "example.com", false},
		{"a host below it", "example.com", "gitlab.example.com", false},
		{"a star is no pattern", "gitlab.example.com", "*.example.com", false},
		{"a star among others is none either", "gitlab.example.com", "*,localhost", false},
		{"nor does a port count", "gitlab.example.com", "gitlab.example.com:443", false},
		{"commas alone", "gitlab.example.com", ",,.,", false},
		{"address", "192.0.2.1", "192.0.2.1", true},
		{"other address", "192.0.2.10", "192.0.2.1", false},
		{"network", "192.0.2.10", "192.0.2.0/24", true},
		{"other network", "192.0.3.10", "192.0.2.0/24", false},
		{"IPv6", "2001:db8::1", "2001:DB8:0::1", true},
		{"IPv6 in brackets", "::1", "[::1]", true},
		{"IPv6 network", "2001:db8::1", "2001:db8::/32", true},
		{"the end of an address is no domain", "192.0.2.1", "2.1", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := isListed(test.host, test.list); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %t", got)
			}
		})
	}
}
