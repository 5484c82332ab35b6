package gitconfig

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"git-credential-doorkey/internal/testparts"
)

func TestMain(m *testing.M) {
	testparts.Undisturbed()
	os.Exit(m.Run())
}

// write makes an empty HOME with the given .gitconfig, and a repository with
// the given configuration as current directory.
func write(t *testing.T, global, repository string) {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, ".config"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": filepath.Join(home, ".gitconfig"),
	} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	if output, err := exec.Command("git", "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, output)
	}
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(global), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(".git/config", []byte(repository), 0o600); err != nil {
		t.Fatal(err)
	}
}

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
		{"host that git has no name for", "https://b\u00fccher.example", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, global, "")
			address, err := url.Parse(row.url)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ForURL(t.Context(), "credential", address)
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
			got, err := ForURL(t.Context(), "credential", address)
			if err != nil || len(got) > 0 {
				t.Errorf("got %v, %v, want nothing", got, err)
			}
		})
	}
}

// TestNoRepositoryIsHeard of whom to trust, nor of the way that requests take.
func TestNoRepositoryIsHeard(t *testing.T) {
	for _, key := range []string{
		"proxy", "proxyAuthMethod", "proxySSLCAInfo", "proxySSLCert", "proxySSLKey",
		"sslCAInfo", "sslCAPath", "sslCert", "sslKey", "sslVerify", "sslVersion", "sslBackend", "schannelUseSSLCAInfo",
	} {
		t.Run(key, func(t *testing.T) {
			write(t, "", "[http \"https://gitlab.com\"]\n\t"+key+" = evil\n[http]\n\t"+key+" = evil\n")
			if got, err := ForURL(t.Context(), "http", &url.URL{Scheme: "https", Host: "gitlab.com"}); err != nil || len(got) > 0 {
				t.Errorf("for the URL: got %v, %v, want nothing", got, err)
			}
			if got, err := PerURL(t.Context(), "http", key); err != nil || len(got) > 0 {
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
	got, err := PerURL(t.Context(), "http", "sslVerify")
	want := []URLValue{{"https://GitLab.example.com:443/Path", "false"}, {"https://*.example.com", "true"}, {"https://a.example", "no\nreally"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := PerURL(t.Context(), "http", "proxy"); err != nil || got != nil {
		t.Errorf("got %v, %v, want nothing", got, err)
	}
}

func TestExpandPath(t *testing.T) {
	write(t, "", "")
	for path, want := range map[string]string{
		"": "", "/etc/ca.pem": "/etc/ca.pem", "ca.pem": "ca.pem", "~/ca.pem": filepath.Join(os.Getenv("HOME"), "ca.pem"),
	} {
		if got, err := ExpandPath(t.Context(), path); err != nil || filepath.ToSlash(got) != filepath.ToSlash(want) {
			t.Errorf("%q: got %q, %v, want %q", path, got, err, want)
		}
	}
	if got, err := ExpandPath(t.Context(), "~nobody-of-this-name/ca.pem"); err == nil {
		t.Errorf("got %q for a user who is not there", got)
	}
}

func TestFill(t *testing.T) {
	const question = "protocol=http\nhost=proxy.example:3128\nusername=ada\n\n"
	t.Run("by a helper", func(t *testing.T) {
		write(t, "[credential]\n\thelper = \"!echo password=hush; :\"\n", "")
		got, err := Fill(t.Context(), question)
		if want := "protocol=http\nhost=proxy.example:3128\nusername=ada\npassword=hush\n"; err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	})
	t.Run("by nobody else", func(t *testing.T) {
		write(t, "[core]\n\taskPass = echo askpass\n", "[credential]\n\thelper = \"!echo password=evil; :\"\n")
		t.Setenv("SSH_ASKPASS", "echo askpass")
		if got, err := Fill(t.Context(), question); err == nil {
			t.Errorf("got %q", got)
		}
	})
}

func TestForURLHereListensToTheRepository(t *testing.T) {
	write(t, "", "[credential]\n\tuseHttpPath\n")
	got, err := ForURLHere(t.Context(), "credential", &url.URL{Scheme: "https", Host: "gitlab.com"})
	if want := (Values{"usehttppath": "true"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestAddress(t *testing.T) {
	const rewriting = "[url \"git@gitlab.example.com:\"]\n\tinsteadOf = https://gitlab.example.com/\n"
	for _, row := range []struct{ name, repository, given, want string }{
		{"no remote", "", "", ""},
		{"the repository's remote", "[remote \"origin\"]\n\turl = https://gitlab.example.com/a.git\n", "", "https://gitlab.example.com/a.git"},
		{"the remote, rewritten", rewriting + "[remote \"origin\"]\n\turl = https://gitlab.example.com/a.git\n", "", "git@gitlab.example.com:a.git"},
		{"a URL", "", "https://gitlab.example.com/a.git", "https://gitlab.example.com/a.git"},
		{"a URL, rewritten", rewriting, "https://gitlab.example.com/a.git", "git@gitlab.example.com:a.git"},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, "", row.repository)
			if got, err := Address(t.Context(), row.given); err != nil || got != row.want {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}

func TestForURLListensToTheCommand(t *testing.T) {
	write(t, "[credential]\n\toauthFlow = browser\n", "")
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "credential.https://gitlab.com.oauthFlow")
	t.Setenv("GIT_CONFIG_VALUE_0", "device")
	got, err := ForURL(t.Context(), "credential", &url.URL{Scheme: "https", Host: "gitlab.com"})
	if want := (Values{"oauthflow": "device"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestForURLReportsDamage(t *testing.T) {
	write(t, "[credential\n", "")
	if got, err := ForURL(t.Context(), "credential", &url.URL{Scheme: "https", Host: "gitlab.com"}); err == nil {
		t.Errorf("got %v, want git's complaint about its file", got)
	}
}
