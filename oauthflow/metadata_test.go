package oauthflow

import (
	"net/url"
	"strings"
	"testing"
)

// document returns metadata with additional fields. In a field, "I" stands for the issuer
// https://h.example.
func document(fields ...string) string {
	text := `{"issuer":"I","authorization_endpoint":"I/authorize","token_endpoint":"I/token"`
	for _, field := range fields {
		text += "," + field
	}
	return strings.ReplaceAll(text+"}", `"I`, `"https://h.example`)
}

func TestReadMetadata(t *testing.T) {
	for _, test := range []struct {
		name  string
		body  string
		found bool
	}{
		{"the least", document(), true},
		{"more than is known", document(`"registration_endpoint":"I/register","x":{"y":[1]}`), true},
		{"a list that is none", document(`"code_challenge_methods_supported":"S256"`), true},
		{"cut off after its object", document() + "\n<html>", true},
		{"nothing", "", false},
		{"a page", "<html>", false},
		{"a list", "[" + document() + "]", false},
		{"an empty object", "{}", false},
		{"cut off", strings.TrimSuffix(document(), "}"), false},
		{"no issuer", `{"authorization_endpoint":"https://h.example/a","token_endpoint":"https://h.example/t"}`, false},
		{"no token endpoint", `{"issuer":"https://h.example","authorization_endpoint":"https://h.example/a"}`, false},
		{"no authorization endpoint", `{"issuer":"https://h.example","token_endpoint":"https://h.example/t"}`, false},
		{"an issuer that is not text", `{"issuer":7,"authorization_endpoint":"https://h.example/a","token_endpoint":"https://h.example/t"}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if m, found := readMetadata([]byte(test.body)); found != test.found {
				t.Errorf("found %t: %+v", found, m)
			}
		})
	}
}

func TestMetadataAreChecked(t *testing.T) {
	for _, test := range []struct {
		name   string
		body   string
		issuer string // the issuer at whose address the metadata are
		text   string // part of the error, "" for none
	}{
		{"the issuer itself", document(), "https://h.example", ""},
		{"PKCE with S256", document(`"code_challenge_methods_supported":["plain","S256"]`), "https://h.example", ""},
		{"PKCE with a name of its own", document(`"code_challenge_methods_supported":["plain","s256"]`), "https://h.example", "does not support PKCE with S256"},
		{"PKCE without S256", document(`"code_challenge_methods_supported":["plain"]`), "https://h.example", "does not support PKCE with S256"},
		{"no PKCE", document(`"code_challenge_methods_supported":[]`), "https://h.example", "does not support PKCE with S256"},
		{"nothing is said of PKCE", document(`"code_challenge_methods_supported":null`), "https://h.example", ""},
		{"a slash at the end", strings.Replace(document(), `"https://h.example"`, `"https://h.example/"`, 1), "https://h.example", ""},
		{"two slashes at the end", strings.Replace(document(), `"https://h.example"`, `"https://h.example//"`, 1), "https://h.example", "their issuer is"},
		{"another host", document(), "https://other.example", "their issuer is"},
		{"another port", document(), "https://h.example:8443", "their issuer is"},
		{"another scheme", document(), "http://h.example", "their issuer is"},
		{"another path", document(), "https://h.example/gitlab", "their issuer is"},
		{"a host that begins alike", document(), "https://h.example.evil.example", "their issuer is"},
		{"another case", document(), "https://H.example", "their issuer is"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, _ := readMetadata([]byte(test.body))
			err := m.check(test.issuer)
			if (err == nil) != (test.text == "") || err != nil && !strings.Contains(err.Error(), test.text) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestMetadataTellTheKind(t *testing.T) {
	for _, test := range []struct {
		name          string
		root          string
		issuer        string
		authorization string
		token         string
		want          string
	}{
		{"GitLab", "", "https://h.example", "https://h.example/oauth/authorize", "https://h.example/oauth/token", "gitlab"},
		{"GitLab below a path", "/gitlab", "https://h.example/gitlab", "https://h.example/gitlab/oauth/authorize", "https://h.example/gitlab/oauth/token", "gitlab"},
		{"GitLab that leaves its port out", "", "https://h.example", "https://h.example:1443/oauth/authorize", "http://h.example/oauth/token", "gitlab"},
		{"GitHub", "", "https://h.example/login/oauth", "https://h.example/login/oauth/authorize", "https://h.example/login/oauth/access_token", "github"},
		{"Gitea", "", "https://h.example/", "https://h.example/login/oauth/authorize", "https://h.example/login/oauth/access_token", "gitea"},
		{"Gitea below a path", "/git", "https://h.example/git/", "https://h.example/git/login/oauth/authorize", "https://h.example/git/login/oauth/access_token", "gitea"},
		{"GitLab elsewhere", "", "https://h.example", "https://gitlab.com/oauth/authorize", "https://gitlab.com/oauth/token", ""},
		{"half a GitLab", "", "https://h.example", "https://h.example/oauth/authorize", "https://h.example/token", ""},
		{"GitLab below another path", "", "https://h.example", "https://h.example/gitlab/oauth/authorize", "https://h.example/gitlab/oauth/token", ""},
		{"another make", "", "https://h.example", "https://h.example/authorize", "https://h.example/token", ""},
		{"no addresses", "", "https://h.example", "::", "::", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := metadata{issuer: test.issuer, authURL: test.authorization, tokenURL: test.token}
			if k, _ := m.kind(&url.URL{Scheme: "https", Host: "h.example"}, test.root); k.name != test.want {
				t.Errorf("kind %q", k.name)
			}
		})
	}
}

func TestMetadataNameEndpointsAtTheHost(t *testing.T) {
	base := &url.URL{Scheme: "https", Host: "h.example"}
	for _, test := range []struct {
		name       string
		body       string
		configured Settings
		want       Settings
		text       string // part of the error, "" for none
	}{
		{"the least", document(), Settings{}, Settings{AuthURL: "https://h.example/authorize", TokenURL: "https://h.example/token"}, ""},
		{"all", document(`"device_authorization_endpoint":"I/device","revocation_endpoint":"I/revoke"`), Settings{}, Settings{
			AuthURL: "https://h.example/authorize", TokenURL: "https://h.example/token", DeviceAuthURL: "https://h.example/device", RevokeURL: "https://h.example/revoke"}, ""},
		{"what is configured goes before", document(`"revocation_endpoint":"I/revoke"`), Settings{RevokeURL: "/own"}, Settings{
			AuthURL: "https://h.example/authorize", TokenURL: "https://h.example/token", RevokeURL: "/own"}, ""},
		{"scopes are not taken", document(`"scopes_supported":["admin","api"]`), Settings{}, Settings{AuthURL: "https://h.example/authorize", TokenURL: "https://h.example/token"}, ""},
		{"authorization elsewhere", strings.Replace(document(), "https://h.example/authorize", "https://evil.example/authorize", 1), Settings{}, Settings{}, "authorization_endpoint"},
		{"tokens elsewhere", strings.Replace(document(), "https://h.example/token", "https://evil.example/token", 1), Settings{}, Settings{}, "token_endpoint"},
		{"tokens on another port", strings.Replace(document(), "https://h.example/token", "https://h.example:8443/token", 1), Settings{}, Settings{}, "token_endpoint"},
		{"tokens without TLS", strings.Replace(document(), "https://h.example/token", "http://h.example/token", 1), Settings{}, Settings{}, "token_endpoint"},
		{"tokens for a user", strings.Replace(document(), "https://h.example/token", "https://h.example@evil.example/token", 1), Settings{}, Settings{}, "token_endpoint"},
		{"device codes elsewhere", document(`"device_authorization_endpoint":"https://evil.example/device"`), Settings{}, Settings{}, "device_authorization_endpoint"},
		{"revocation elsewhere", document(`"revocation_endpoint":"https://evil.example/revoke"`), Settings{}, Settings{}, "revocation_endpoint"},
		{"revocation elsewhere, though another one is configured", document(`"revocation_endpoint":"https://evil.example/revoke"`), Settings{RevokeURL: "/own"}, Settings{}, "revocation_endpoint"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, _ := readMetadata([]byte(test.body))
			got, err := m.settings(base, test.configured)
			if (err == nil) != (test.text == "") || err != nil && !strings.Contains(err.Error(), test.text) {
				t.Fatalf("error %v", err)
			}
			if got.AuthURL != test.want.AuthURL || got.TokenURL != test.want.TokenURL || got.DeviceAuthURL != test.want.DeviceAuthURL || got.RevokeURL != test.want.RevokeURL || got.Scopes != nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// FuzzMetadata: whatever a server sends, doorkey accepts only endpoints at the server's own
// origin, and each error is one line.
func FuzzMetadata(f *testing.F) {
	f.Add([]byte(document()))
	f.Add([]byte(document(`"device_authorization_endpoint":"I/device","revocation_endpoint":"//evil.example","code_challenge_methods_supported":["S256",7]`)))
	f.Add([]byte(`{"issuer":"https://h.example/","authorization_endpoint":"https://h.example/login/oauth/authorize","token_endpoint":"https://h.example/login/oauth/access_token"}`))
	f.Add([]byte(`{"issuer":"https://h.example","authorization_endpoint":"\\\\evil.example/a","token_endpoint":"https://h.example\n/t"}`))
	f.Add([]byte(`{"issuer":"I","authorization_endpoint":"/a","token_endpoint":"//H.example:"}`))
	base := &url.URL{Scheme: "https", Host: "h.example"}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, found := readMetadata(body)
		if !found {
			return
		}
		if err := m.check("https://h.example"); err != nil && strings.ContainsAny(err.Error(), "\n\r\x1b") {
			t.Errorf("error %q", err)
		}
		m.kind(base, "")
		settings, err := m.settings(base, Settings{})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("error %q", err)
			}
			return
		}
		for _, endpoint := range []string{settings.AuthURL, settings.TokenURL, settings.DeviceAuthURL, settings.RevokeURL} {
			address, err := url.Parse(endpoint)
			own := err == nil && address.Scheme == "https" && strings.EqualFold(address.Hostname(), "h.example") && (address.Port() == "" || address.Port() == "443")
			if endpoint != "" && !own {
				t.Errorf("took %q", endpoint)
			}
		}
	})
}
