package setup

import (
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/oauthflow"
)

// TestPlan: setup writes the fewest settings that describe the host, and removes the
// settings of an earlier application.
func TestPlan(t *testing.T) {
	const named, unnamed = "https://gitlab.example.com", "https://code.example.com"
	at := func(kind, root, auth, token string) oauthflow.Found {
		return oauthflow.Found{Kind: kind, Root: root, AuthURL: root + auth, TokenURL: root + token}
	}
	gitlab := func(root string) oauthflow.Found {
		return at("gitlab", root, "/oauth/authorize", "/oauth/token")
	}
	gitea := func(root string) oauthflow.Found {
		return at("gitea", root, "/login/oauth/authorize", "/login/oauth/access_token")
	}
	withDevice := func(found oauthflow.Found) oauthflow.Found {
		found.DeviceAuthURL = unnamed + "/login/oauth/device"
		return found
	}
	for _, row := range []struct {
		name   string
		origin string
		host   oauthflow.Found
		before oauthflow.Settings
		want   []string
	}{
		{"its name says it all", named, gitlab(""), oauthflow.Settings{}, nil},
		{"its name says nothing", unnamed, gitlab(""), oauthflow.Settings{}, []string{"oauthProvider=gitlab"}},
		{"its name says the wrong thing", named, gitea(""), oauthflow.Settings{}, []string{"oauthProvider=gitea"}},
		{"below a path", unnamed, gitlab("/git"), oauthflow.Settings{}, []string{"oauthAuthURL=/git/oauth/authorize"}},
		{
			"another make below a path", unnamed, gitea("/git"), oauthflow.Settings{},
			[]string{"oauthProvider=gitea", "oauthAuthURL=/git/login/oauth/authorize"},
		},
		{"as configured", unnamed, gitlab("/git"), oauthflow.Settings{AuthURL: "/git/oauth/authorize"}, nil},
		{
			"configured for another path", unnamed, gitlab("/git"), oauthflow.Settings{AuthURL: "/old/oauth/authorize"},
			[]string{"oauthAuthURL=/git/oauth/authorize"},
		},
		{
			"configured with another token endpoint", named, gitlab(""), oauthflow.Settings{AuthURL: "/a", TokenURL: "/old"},
			[]string{"oauthAuthURL=/oauth/authorize", "oauthTokenURL=/oauth/token"},
		},
		{"a make of its own, which its metadata tell", unnamed, at("oauth", "", "/a", "/t"), oauthflow.Settings{}, nil},
		{
			"the same below a path", unnamed, at("oauth", "/git", "/a", "/t"), oauthflow.Settings{},
			[]string{"oauthAuthURL=/git/a", "oauthTokenURL=/git/t"},
		},
		{
			"a device flow that only its metadata name", unnamed, withDevice(gitea("")), oauthflow.Settings{},
			[]string{"oauthProvider=gitea", "oauthDeviceAuthURL=/login/oauth/device"},
		},
		{
			"the secret of another application", named, gitlab(""), oauthflow.Settings{ClientID: "old", ClientSecret: secret.New("s")},
			[]string{"oauthClientSecret="},
		},
		{"the secret of the same application", named, gitlab(""), oauthflow.Settings{ClientID: "1234", ClientSecret: secret.New("s")}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.host.AuthURL, row.host.TokenURL = row.origin+row.host.AuthURL, row.origin+row.host.TokenURL
			w := &wizard{target: command.Target{Origin: row.origin}, host: row.host, page: pageOf(row.host.Kind), before: row.before, after: row.before}
			w.take("1234", secret.Text{})
			if _, err := w.plan(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, change := range w.changes() {
				got = append(got, strings.TrimPrefix(change.Key, "credential."+row.origin+".")+"="+change.Value)
			}
			if want := append([]string{"oauthClientId=1234"}, row.want...); !slices.Equal(got, want) {
				t.Errorf("writes %q, want %q", got, want)
			}
		})
	}
}

// TestPlanGivesUp: if no setting fits the rest of the configuration, setup returns an
// error.
func TestPlanGivesUp(t *testing.T) {
	host := oauthflow.Found{Kind: "gitlab", AuthURL: "https://gitlab.example.com/oauth/authorize", TokenURL: "https://gitlab.example.com/oauth/token"}
	w := &wizard{
		target: command.Target{Origin: "https://gitlab.example.com"}, host: host, page: pageOf("gitlab"),
		after: oauthflow.Settings{ClientID: "1234", RedirectURL: "https://elsewhere.example.com/"},
	}
	if _, err := w.plan(); err == nil || !strings.Contains(err.Error(), "oauthRedirectURL") {
		t.Errorf("got %v", err)
	}
}

// TestTellSetUp: the output names the source of each setting, and contains no secret.
func TestTellSetUp(t *testing.T) {
	const host = "https://gitlab.example.com"
	for _, row := range []struct {
		name    string
		entries []gitconfig.Entry
		want    string
	}{
		{"by a distributor, at build time", nil, "\n  this program was built with the application ID\n"},
		{
			"by a person", []gitconfig.Entry{{Key: "credential." + host + ".oauthclientid", Value: "1234", Origin: "file:/home/ada/.gitconfig"}},
			"\n  credential." + host + ".oauthclientid = 1234 (file:/home/ada/.gitconfig)\n",
		},
		{
			"with a secret", []gitconfig.Entry{{Key: "credential." + host + ".oauthclientsecret", Value: "s3cret", Origin: "file:/f"}},
			".oauthclientsecret = [secret] (file:/f)\n",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out strings.Builder
			tellSetUp(&out, host, host, row.entries)
			if shown := out.String(); !strings.Contains(shown, row.want) || strings.Contains(shown, "s3cret") {
				t.Errorf("shows:\n%s\nwant in it:\n%s", shown, row.want)
			}
		})
	}
}

func TestShellWord(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a usual URL", "https://gitlab.example.com:8443/git-lab/a_b", "https://gitlab.example.com:8443/git-lab/a_b"},
		{"an address of IPv6, which zsh would take for a pattern", "https://[::1]:8443", "'https://[::1]:8443'"},
		{"a second command", "https://h/a;id", "'https://h/a;id'"},
		{"a command in its midst", "https://h/$(id)`id`", "'https://h/$(id)`id`'"},
		{"a quote", "https://h/'$(id)", `'https://h/'\''$(id)'`},
		{"nothing", "", "''"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := terminal.ShellWord(row.text); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// TestPageForFleet: machines of a fleet share one application, also where each machine
// needs its own otherwise.
func TestPageForFleet(t *testing.T) {
	alone := pageOf("forgejo")
	shared := alone.forFleet()
	if !strings.Contains(alone.introduction(), "once for each machine") || !strings.Contains(shared.introduction(), "once for all users") {
		t.Errorf("alone: %s\nin a fleet: %s", alone.introduction(), shared.introduction())
	}
	if alone.fields[0].value != "doorkey on {machine}" || shared.fields[0].value != "doorkey" {
		t.Errorf("names %q and %q", alone.fields[0].value, shared.fields[0].value)
	}
}

// TestPagesAreOfKnownKinds: each kind that doorkey supports has its own page.
func TestPagesAreOfKnownKinds(t *testing.T) {
	for _, kind := range oauthflow.Kinds() {
		if page := pageOf(kind); page.kind != kind {
			t.Errorf("%s has no page", kind)
		}
	}
	if page := pageOf("oauth"); page.kind != "" {
		t.Errorf("another server has the page of %s", page.kind)
	}
}

// TestProviderOptionHasEveryKind: --provider accepts every kind that can be configured.
func TestProviderOptionHasEveryKind(t *testing.T) {
	described, _ := manual.Find("setup")
	for _, option := range described.Options {
		if option.Name == "provider" && !slices.Equal(option.Values, oauthflow.Kinds()) {
			t.Errorf("--provider accepts %q, but the kinds are %q", option.Values, oauthflow.Kinds())
		}
	}
}

func TestRedirects(t *testing.T) {
	for _, row := range []struct {
		name, configured string
		want             []string
	}{
		{"both forms of the default", "http://127.0.0.1/", []string{"http://127.0.0.1/", "http://127.0.0.1"}},
		{"one with a path", "http://127.0.0.1/callback", []string{"http://127.0.0.1/callback"}},
		{"one with a port", "http://localhost:34106/", []string{"http://localhost:34106/"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := redirects(row.configured); !slices.Equal(got, row.want) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
