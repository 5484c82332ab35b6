package gitconfig

import (
	"net/url"
	"reflect"
	"testing"
)

func TestForURL(t *testing.T) {
	const global = `
[credential]
	oauthFlow = device
	bare
[credential "https://gitlab.example.com"]
	oauthClientId = for-this-host
	oauthFlow = browser
[credential "https://*.example.org"]
	oauthClientId = for-the-domain
`
	for _, row := range []struct {
		name, url string
		want      Values
	}{
		{"settings of the host", "https://gitlab.example.com", Values{"oauthclientid": "for-this-host", "oauthflow": "browser", "bare": "true"}},
		{"port by default", "https://gitlab.example.com:443", Values{"oauthclientid": "for-this-host", "oauthflow": "browser", "bare": "true"}},
		{"settings of the domain", "https://git.example.org", Values{"oauthclientid": "for-the-domain", "oauthflow": "device", "bare": "true"}},
		{"another port", "https://gitlab.example.com:8443", Values{"oauthflow": "device", "bare": "true"}},
		{"another scheme", "http://gitlab.example.com", Values{"oauthflow": "device", "bare": "true"}},
		{"host with a known one as suffix", "https://evil-gitlab.example.com", Values{"oauthflow": "device", "bare": "true"}},
		{"host that git has no name for", "https://b\u00fccher.example", Values{"oauthflow": "device", "bare": "true"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, global, "")
			address, err := url.Parse(row.url)
			if err != nil {
				t.Fatal(err)
			}
			got, err := new(Config).ForURL(t.Context(), "credential", address)
			if err != nil || !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %v, %v, want %v", got, err, row.want)
			}
		})
	}
}

func TestForURLListensToNoRepository(t *testing.T) {
	const evil = "[credential]\n\toauthTokenURL = https://evil.example/token\n"
	address := &url.URL{Scheme: "https", Host: "gitlab.com"}
	for _, row := range []struct {
		name        string
		environment map[string]string
	}{
		{"current directory", nil},
		{"GIT_DIR", map[string]string{"GIT_DIR": ".git"}},
		{"GIT_CONFIG", map[string]string{"GIT_CONFIG": ".git/config"}},
		{"GIT_COMMON_DIR", map[string]string{"GIT_DIR": ".git", "GIT_COMMON_DIR": ".git"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, "", evil)
			for name, value := range row.environment {
				t.Setenv(name, value)
			}
			got, err := new(Config).ForURL(t.Context(), "credential", address)
			if err != nil || len(got) > 0 {
				t.Errorf("got %v, %v, want nothing", got, err)
			}
		})
	}
}

// TestNoRepositoryIsHeard: a repository's settings have no effect on which servers doorkey
// trusts, or on the route of its requests.
func TestNoRepositoryIsHeard(t *testing.T) {
	for _, key := range []string{
		"proxy", "proxyAuthMethod", "proxySSLCAInfo", "proxySSLCert", "proxySSLKey",
		"sslCAInfo", "sslCAPath", "sslCert", "sslKey", "sslVerify", "sslVersion", "sslBackend", "schannelUseSSLCAInfo",
	} {
		t.Run(key, func(t *testing.T) {
			write(t, "", "[http \"https://gitlab.com\"]\n\t"+key+" = evil\n[http]\n\t"+key+" = evil\n")
			if got, err := new(Config).ForURL(t.Context(), "http", &url.URL{Scheme: "https", Host: "gitlab.com"}); err != nil || len(got) > 0 {
				t.Errorf("for the URL: got %v, %v, want nothing", got, err)
			}
			if got, err := new(Config).PerURL(t.Context(), "http", key); err != nil || len(got) > 0 {
				t.Errorf("per URL: got %v, %v, want nothing", got, err)
			}
		})
	}
}

func TestPerURL(t *testing.T) {
	write(t, `
[http]
	sslVerify = true
[http "https://GitLab.example.com:443/Path"]
	SSLVerify = false
	sslVerifyNot = true
[http "https://*.example.com"]
	sslVerify
[https "x"]
	sslVerify = true
`, "")
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "http.https://a.example.sslverify")
	t.Setenv("GIT_CONFIG_VALUE_0", "no\nreally")
	got, err := new(Config).PerURL(t.Context(), "http", "sslVerify")
	want := []URLValue{{"https://GitLab.example.com:443/Path", "false"}, {"https://*.example.com", "true"}, {"https://a.example", "no\nreally"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := new(Config).PerURL(t.Context(), "http", "proxy"); err != nil || got != nil {
		t.Errorf("got %v, %v, want nothing", got, err)
	}
}

func TestForURLListensToTheCommand(t *testing.T) {
	write(t, "[credential]\n\toauthFlow = browser\n", "")
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "credential.https://gitlab.com.oauthFlow")
	t.Setenv("GIT_CONFIG_VALUE_0", "device")
	got, err := new(Config).ForURL(t.Context(), "credential", &url.URL{Scheme: "https", Host: "gitlab.com"})
	if want := (Values{"oauthflow": "device"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestForURLReportsDamage(t *testing.T) {
	write(t, "[credential\n", "")
	if got, err := new(Config).ForURL(t.Context(), "credential", &url.URL{Scheme: "https", Host: "gitlab.com"}); err == nil {
		t.Errorf("got %v, want git's complaint about its file", got)
	}
}

// TestForURLHere: a repository may choose which of the user's own accounts is used.
func TestForURLHere(t *testing.T) {
	for _, row := range []struct{ name, global, repository, want string }{
		{"none", "", "", ""},
		{"for all hosts", "[credential]\n\tusername = everywhere\n", "", "everywhere"},
		{"for the host, said by the repository", "[credential]\n\tusername = everywhere\n",
			"[credential \"https://gitlab.example.com\"]\n\tusername = ada@example.com\n", "ada@example.com"},
		{"for another host", "[credential \"https://code.example\"]\n\tusername = there\n", "", ""},
		{"for a path", "[credential \"https://gitlab.example.com/group\"]\n\tusername = group\n", "", "group"},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, row.global, row.repository)
			got, err := new(Config).ForURLHere(t.Context(), "credential", &url.URL{Scheme: "https", Host: "gitlab.example.com", Path: "/group/project.git"})
			if err != nil || got["username"] != row.want {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
	t.Run("host that git has no name for", func(t *testing.T) {
		write(t, "[credential]\n\tusername = everywhere\n", "")
		if got, err := new(Config).ForURLHere(t.Context(), "credential", &url.URL{Scheme: "https", Host: "b\u00fccher.example"}); err != nil || got["username"] != "everywhere" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}
