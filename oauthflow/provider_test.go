package oauthflow

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
)

func TestResolveFindsTheKind(t *testing.T) {
	gitLab := []string{"Negotiate", `Basic realm="GitLab"`}
	endpoints := Settings{ClientID: "app", AuthURL: "/authorize", TokenURL: "/token"}
	for _, test := range []struct {
		name       string
		origin     string
		challenges []string
		settings   Settings
		kind       string
		err        error
	}{
		{"by the host's name", "https://gitlab.com", nil, Settings{ClientID: "app"}, "gitlab", nil},
		{"by the first label of the host's name", "https://gitlab.example.com", nil, Settings{ClientID: "app"}, "gitlab", nil},
		{"by the challenge", "https://code.example.com", gitLab, Settings{ClientID: "app"}, "gitlab", nil},
		{"by the settings", "https://code.example.com", nil, Settings{ClientID: "app", Kind: "gitlab"}, "gitlab", nil},
		{"the settings go before the challenge", "https://code.example.com", gitLab, Settings{ClientID: "app", Kind: "gitlab"}, "gitlab", nil},
		{"a client ID alone is taken for a GitLab's", "https://code.example.com", nil, Settings{ClientID: "app"}, "gitlab", nil},
		{"by the endpoints", "https://code.example.com", nil, endpoints, "oauth", nil},
		{"the challenge goes before the endpoints", "https://code.example.com", gitLab, endpoints, "gitlab", nil},
		{"an address as host", "https://[::1]:8443", gitLab, Settings{ClientID: "app"}, "gitlab", nil},

		{"github.com", "https://github.com", nil, Settings{ClientID: "app"}, "github", nil},
		{"gists", "https://gist.github.com", nil, Settings{ClientID: "app"}, "github", nil},
		{"a GitHub Enterprise Cloud with data residency", "https://octocorp.ghe.com", nil, Settings{ClientID: "app"}, "github", nil},
		{"a host below one with data residency", "https://a.octocorp.ghe.com", nil, Settings{}, "", ErrUnknownHost},
		{"the domain of those with data residency", "https://ghe.com", nil, Settings{}, "", ErrUnknownHost},
		{"a host whose name ends like theirs", "https://evilghe.com", nil, Settings{}, "", ErrUnknownHost},
		{"a host that has theirs in its name", "https://octocorp.ghe.com.example", nil, Settings{}, "", ErrUnknownHost},
		{"a GitHub Enterprise Server by its challenge", "https://code.example.com", []string{`Basic realm="GitHub"`}, Settings{ClientID: "app"}, "github", nil},
		{"a GitHub Enterprise Server by its name", "https://github.example.com", nil, Settings{ClientID: "app"}, "github", nil},
		{"gitea.com", "https://gitea.com", nil, Settings{ClientID: "app"}, "gitea", nil},
		{"a Gitea by its challenge", "https://code.example.com", []string{`Basic realm="Gitea"`}, Settings{ClientID: "app"}, "gitea", nil},
		{"a Gitea by its name", "https://gitea.example.com", nil, Settings{ClientID: "app"}, "gitea", nil},
		{"codeberg.org", "https://codeberg.org", []string{`Basic realm="Gitea"`}, Settings{ClientID: "app"}, "forgejo", nil},
		{"a Forgejo by its name", "https://forgejo.example.com", nil, Settings{ClientID: "app"}, "forgejo", nil},
		{"a Forgejo by its challenge, which is Gitea's", "https://forgejo.example.com", []string{`Basic realm="Gitea"`}, Settings{ClientID: "app"}, "gitea", nil},
		{"bitbucket.org", "https://bitbucket.org", nil, Settings{ClientID: "app"}, "bitbucket", nil},
		{"the host's name goes before the settings", "https://github.com", nil, Settings{ClientID: "app", Kind: "gitea"}, "github", nil},
		{"the host's name goes before the challenge", "https://github.com", gitLab, Settings{ClientID: "app"}, "github", nil},
		{"the challenge goes before the first label", "https://gitea.example.com", gitLab, Settings{ClientID: "app"}, "gitlab", nil},
		{"the settings go before the first label", "https://gitea.example.com", nil, Settings{ClientID: "app", Kind: "github"}, "github", nil},

		{"gitlab.com without a client ID", "https://gitlab.com", nil, Settings{}, "gitlab", ErrNoClientID},
		{"a GitLab by its challenge without a client ID", "https://code.example.com", gitLab, Settings{}, "gitlab", ErrNoClientID},
		{"a GitLab by its settings without a client ID", "https://code.example.com", nil, Settings{Kind: "gitlab"}, "gitlab", ErrNoClientID},
		{"bitbucket.org without a client ID", "https://bitbucket.org", nil, Settings{}, "bitbucket", ErrNoClientID},
		{"a host that nothing is known of", "https://code.example.com", nil, Settings{}, "", ErrUnknownHost},
		{"a host with another challenge", "https://code.example.com", []string{`Basic realm="Files"`}, Settings{}, "", ErrUnknownHost},
		{"a Gitea without OAuth", "https://code.example.com", []string{`Basic realm="Gitea (Basic Auth)"`}, Settings{}, "", ErrUnknownHost},
		{"a host with an empty realm", "https://code.example.com", []string{`Basic realm=""`}, Settings{}, "", ErrUnknownHost},
		{"a Bitbucket Data Center by its challenge", "https://code.example.com", []string{`Basic realm="Atlassian Bitbucket"`}, Settings{ClientID: "app"}, "bitbucket-data-center", nil},
		{"a Bitbucket Data Center without a client ID", "https://bitbucket.example.com", []string{`Basic realm="Atlassian Bitbucket"`}, Settings{}, "bitbucket-data-center", ErrNoClientID},
		{"a host that may be any Bitbucket", "https://bitbucket.example.com", nil, Settings{}, "", ErrUnknownHost},
		{"a host below a known one", "https://evil.github.com.example", nil, Settings{}, "", ErrUnknownHost},
		{"endpoints without a client ID", "https://code.example.com", nil, Settings{AuthURL: "/a", TokenURL: "/t"}, "", ErrUnknownHost},
		{"a host whose name has the label elsewhere", "https://not-gitlab.example.com", nil, Settings{}, "", ErrUnknownHost},
		{"a host whose name ends alike", "https://evilgitlab.com", nil, Settings{}, "", ErrUnknownHost},
		{"no host", "https://", nil, Settings{ClientID: "app"}, "", ErrUnknownHost},
		{"no origin", "://", nil, Settings{ClientID: "app"}, "", ErrUnknownHost},
	} {
		t.Run(test.name, func(t *testing.T) {
			provider, err := Resolve(test.origin, test.challenges, test.settings)
			if err != test.err || provider.Kind != test.kind {
				t.Errorf("kind %q, %v", provider.Kind, err)
			}
		})
	}
}

func TestResolveFillsTheProviderIn(t *testing.T) {
	scopes := []string{"read_repository", "write_repository"}
	for _, test := range []struct {
		name     string
		origin   string
		settings Settings
		want     Provider
	}{
		{"gitlab.com", "https://gitlab.com", Settings{ClientID: "app"}, Provider{
			Kind: "gitlab", Title: "GitLab", ClientID: "app", Scopes: scopes, Username: "oauth2", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://gitlab.com/oauth/authorize", TokenURL: "https://gitlab.com/oauth/token",
			DeviceAuthURL: "https://gitlab.com/oauth/authorize_device", RevokeURL: "https://gitlab.com/oauth/revoke",
		}},
		{"everything configured", "https://gitlab.example.com:8443", Settings{
			ClientID: "app", ClientSecret: secret.New("hush"), Scopes: []string{"api"}, RedirectURL: "http://localhost:7171/callback",
			AuthURL: "https://login.example.com/a", TokenURL: "https://login.example.com/t", DeviceAuthURL: "/d", RevokeURL: "/r",
		}, Provider{
			Kind: "gitlab", Title: "GitLab", ClientID: "app", ClientSecret: secret.New("hush"), Scopes: []string{"api"}, Username: "oauth2", RedirectURL: "http://localhost:7171/callback",
			AuthURL: "https://login.example.com/a", TokenURL: "https://login.example.com/t",
			DeviceAuthURL: "https://gitlab.example.com:8443/d", RevokeURL: "https://gitlab.example.com:8443/r",
		}},
		{"endpoints of another make", "https://code.example.com", Settings{ClientID: "app", AuthURL: "/login/oauth/authorize", TokenURL: "/login/oauth/access_token"}, Provider{
			Kind: "oauth", Title: "a server with OAuth", ClientID: "app", Username: "oauth2", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://code.example.com/login/oauth/authorize", TokenURL: "https://code.example.com/login/oauth/access_token",
		}},
		{"github.com", "https://github.com", Settings{ClientID: "app"}, Provider{
			Kind: "github", Title: "GitHub", ClientID: "app", Scopes: []string{"repo", "workflow"}, Username: "x-access-token", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://github.com/login/oauth/authorize", TokenURL: "https://github.com/login/oauth/access_token",
			DeviceAuthURL: "https://github.com/login/device/code", NeedsSecret: true,
		}},
		{"gists, with their scope", "https://gist.github.com", Settings{ClientID: "app", Scopes: []string{"repo", "gist"}}, Provider{
			Kind: "github", Title: "GitHub", ClientID: "app", Scopes: []string{"repo", "gist"}, Username: "x-access-token", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://github.com/login/oauth/authorize", TokenURL: "https://github.com/login/oauth/access_token",
			DeviceAuthURL: "https://github.com/login/device/code", NeedsSecret: true,
		}},
		{"a GitHub with data residency", "https://octocorp.ghe.com", Settings{ClientID: "app"}, Provider{
			Kind: "github", Title: "GitHub", ClientID: "app", Scopes: []string{"repo", "workflow"}, Username: "x-access-token", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://octocorp.ghe.com/login/oauth/authorize", TokenURL: "https://octocorp.ghe.com/login/oauth/access_token",
			DeviceAuthURL: "https://octocorp.ghe.com/login/device/code", NeedsSecret: true,
		}},
		{"a GitHub Enterprise Server with a secret", "https://github.example.com", Settings{ClientID: "app", ClientSecret: secret.New("hush")}, Provider{
			Kind: "github", Title: "GitHub", ClientID: "app", ClientSecret: secret.New("hush"), Scopes: []string{"repo", "workflow"}, Username: "x-access-token", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://github.example.com/login/oauth/authorize", TokenURL: "https://github.example.com/login/oauth/access_token",
			DeviceAuthURL: "https://github.example.com/login/device/code",
		}},
		{"codeberg.org", "https://codeberg.org", Settings{ClientID: "app"}, Provider{
			Kind: "forgejo", Title: "Forgejo", ClientID: "app", Scopes: []string{"write:repository"}, Username: "oauth2", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://codeberg.org/login/oauth/authorize", TokenURL: "https://codeberg.org/login/oauth/access_token",
		}},
		{"a Gitea below a path", "https://example.com", Settings{ClientID: "app", Kind: "gitea", AuthURL: "/git/login/oauth/authorize"}, Provider{
			Kind: "gitea", Title: "Gitea", ClientID: "app", Scopes: []string{"write:repository"}, Username: "oauth2", RedirectURL: "http://127.0.0.1/",
			AuthURL: "https://example.com/git/login/oauth/authorize", TokenURL: "https://example.com/git/login/oauth/access_token",
		}},
		{"bitbucket.org", "https://bitbucket.org", Settings{ClientID: "app", ClientSecret: secret.New("hush")}, Provider{
			Kind: "bitbucket", Title: "Bitbucket Cloud", ClientID: "app", ClientSecret: secret.New("hush"), Username: "x-token-auth", RedirectURL: "http://localhost:34106/",
			AuthURL: "https://bitbucket.org/site/oauth2/authorize", TokenURL: "https://bitbucket.org/site/oauth2/access_token",
		}},
		{"a Bitbucket Data Center below a context path", "https://example.com", Settings{
			ClientID: "app", ClientSecret: secret.New("hush"), Kind: "bitbucket-data-center", AuthURL: "/bitbucket/rest/oauth2/latest/authorize",
		}, Provider{
			Kind: "bitbucket-data-center", Title: "Bitbucket Data Center", ClientID: "app", ClientSecret: secret.New("hush"),
			Scopes: []string{"REPO_READ", "REPO_WRITE"}, Username: "x-token-auth", RedirectURL: "http://localhost:34106/",
			AuthURL: "https://example.com/bitbucket/rest/oauth2/latest/authorize", TokenURL: "https://example.com/bitbucket/rest/oauth2/latest/token",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Resolve(test.origin, nil, test.settings)
			if err != nil {
				t.Fatal(err)
			}
			if !got.ClientSecret.Equal(test.want.ClientSecret) {
				t.Error("the client secret is another one")
			}
			got.ClientSecret, test.want.ClientSecret = secret.Text{}, secret.Text{}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestResolveFindsTheRelativeRoot(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings Settings
		token    string // token endpoint
		device   string // device authorization endpoint
	}{
		{"from the authorization endpoint", Settings{AuthURL: "/git/lab/oauth/authorize"}, "https://h.example/git/lab/oauth/token", "https://h.example/git/lab/oauth/authorize_device"},
		{"from the token endpoint", Settings{TokenURL: "/gitlab/oauth/token"}, "https://h.example/gitlab/oauth/token", "https://h.example/gitlab/oauth/authorize_device"},
		{"from the device authorization endpoint", Settings{DeviceAuthURL: "/gitlab/oauth/authorize_device"}, "https://h.example/gitlab/oauth/token", "https://h.example/gitlab/oauth/authorize_device"},
		{"from the revocation endpoint", Settings{RevokeURL: "/gitlab/oauth/revoke"}, "https://h.example/gitlab/oauth/token", "https://h.example/gitlab/oauth/authorize_device"},
		{"from a whole address", Settings{AuthURL: "https://h.example/gitlab/oauth/authorize"}, "https://h.example/gitlab/oauth/token", "https://h.example/gitlab/oauth/authorize_device"},
		{"not from another host", Settings{AuthURL: "https://login.example/gitlab/oauth/authorize"}, "https://h.example/oauth/token", "https://h.example/oauth/authorize_device"},
		{"not from a path that is not GitLab's", Settings{AuthURL: "/gitlab/login"}, "https://h.example/oauth/token", "https://h.example/oauth/authorize_device"},
		{"not where there is none", Settings{AuthURL: "/oauth/authorize"}, "https://h.example/oauth/token", "https://h.example/oauth/authorize_device"},
		{"what is configured stays", Settings{AuthURL: "/gitlab/oauth/authorize", TokenURL: "/elsewhere/token"}, "https://h.example/elsewhere/token", "https://h.example/gitlab/oauth/authorize_device"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.settings.ClientID, test.settings.Kind = "app", "gitlab"
			provider, err := Resolve("https://h.example", nil, test.settings)
			if err != nil || provider.TokenURL != test.token || provider.DeviceAuthURL != test.device {
				t.Errorf("token endpoint %s, device authorization endpoint %s, %v", provider.TokenURL, provider.DeviceAuthURL, err)
			}
		})
	}
}

func TestResolveRefusesEndpoints(t *testing.T) {
	for _, test := range []struct {
		name    string
		origin  string
		address string
		want    string // the token endpoint, "" if it is rejected
	}{
		{"https", "https://h.example", "https://login.example/token", "https://login.example/token"},
		{"relative to the host", "https://h.example:8443", "/a/token", "https://h.example:8443/a/token"},
		{"another host by a relative address", "https://h.example", "//login.example/token", "https://login.example/token"},
		{"http on this machine", "https://h.example", "http://127.0.0.1:3000/token", "http://127.0.0.1:3000/token"},
		{"http on this machine, IPv6", "https://h.example", "http://[::1]:3000/token", "http://[::1]:3000/token"},
		{"relative to this machine", "http://127.0.0.1:3000", "/token", "http://127.0.0.1:3000/token"},
		{"http", "https://h.example", "http://login.example/token", ""},
		{"http by the host", "http://h.example", "/token", ""},
		{"http to a name that may be this machine's", "https://h.example", "http://localhost:3000/token", ""},
		{"http to a name that looks like this machine's", "https://h.example", "http://127.0.0.1.evil.example/token", ""},
		{"user name", "https://h.example", "https://user@login.example/token", ""},
		{"user name that looks like the host", "https://h.example", "https://h.example@evil.example/token", ""},
		{"fragment", "https://h.example", "https://login.example/token#x", ""},
		{"foreign scheme", "https://h.example", "ftp://login.example/token", ""},
		{"file", "https://h.example", "file:///token", ""},
		{"script", "https://h.example", "javascript:alert(1)", ""},
		{"no host", "https://h.example", "https:///token", ""},
		{"control character", "https://h.example", "https://login.example/\ntoken", ""},
		{"no URL", "https://h.example", "https://login.example:port/token", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := Settings{ClientID: "app", AuthURL: "https://login.example/authorize", TokenURL: test.address, DeviceAuthURL: "https://login.example/device", RevokeURL: "https://login.example/revoke"}
			provider, err := Resolve(test.origin, nil, settings)
			if provider.TokenURL != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%q, %v", provider.TokenURL, err)
			}
			if err != nil && !strings.Contains(err.Error(), "oauthTokenURL") {
				t.Errorf("the error does not name the setting: %v", err)
			}
		})
	}
}

func TestResolveChecksTheRedirect(t *testing.T) {
	for _, test := range []struct {
		name    string
		address string
		good    bool
	}{
		{"any port", "http://127.0.0.1/", true},
		{"without a slash", "http://127.0.0.1", true},
		{"a port", "http://127.0.0.1:7171/callback", true},
		{"port 0", "http://127.0.0.1:0/", true},
		{"another address of this machine", "http://127.0.0.2:7171/", true},
		{"IPv6", "http://[::1]/", true},
		{"localhost with its port", "http://localhost:7171/callback", true},
		{"localhost without a port", "http://localhost/", false},
		{"localhost with port 0", "http://localhost:0/", false},
		{"https", "https://127.0.0.1/", false},
		{"another machine", "http://192.0.2.1:7171/", false},
		{"every address of this machine", "http://0.0.0.0:7171/", false},
		{"a name", "http://example.com:7171/", false},
		{"a name that looks like this machine's", "http://127.0.0.1.example.com:7171/", false},
		{"user name", "http://user@127.0.0.1/", false},
		{"query", "http://127.0.0.1/?a=b", false},
		{"fragment", "http://127.0.0.1/#a", false},
		{"a scheme of one's own", "doorkey://callback", false},
		{"out of band", "urn:ietf:wg:oauth:2.0:oob", false},
		{"relative", "/callback", false},
		{"no URL", "http://127.0.0.1:port/", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Resolve("https://gitlab.com", nil, Settings{ClientID: "app", RedirectURL: test.address})
			if (err == nil) != test.good {
				t.Errorf("error %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "oauthRedirectURL") {
				t.Errorf("the error does not name the setting: %v", err)
			}
		})
	}
}

func TestResolveRefusesAnUnknownKind(t *testing.T) {
	_, err := Resolve("https://gitlab.com", nil, Settings{ClientID: "app", Kind: "gitlap"})
	if err == nil || errors.Is(err, ErrUnknownHost) || !strings.Contains(err.Error(), `"gitlap"`) || !strings.Contains(err.Error(), "gitlab") {
		t.Errorf("error %v", err)
	}
}

func TestMayCarryTokens(t *testing.T) {
	for origin, want := range map[string]bool{
		"https://gitlab.com": true, "https://127.0.0.1:8443": true, "http://127.0.0.1:3000": true, "http://[::1]": true,
		"http://gitlab.com": false, "http://localhost": false, "ssh://gitlab.com": false, "https://": false, "": false, "://": false,
	} {
		if got := MayCarryTokens(origin); got != want {
			t.Errorf("MayCarryTokens(%q) = %t", origin, got)
		}
	}
}
