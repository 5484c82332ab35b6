package oauthflow

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/test/fakegitlab"
)

// web answers each address with its step, and all others with 404.
type web struct {
	steps map[string]step
	asked []string
}

func (w *web) RoundTrip(request *http.Request) (*http.Response, error) {
	address := request.URL.String()
	w.asked = append(w.asked, address)
	if next, found := w.steps[address]; found {
		return next(request)
	}
	return says(404, "not found")(request)
}

func (w *web) client() Client {
	return Client{HTTP: &http.Client{Transport: w, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// metadataOf returns the metadata of a server with the given paths of its endpoints.
func metadataOf(issuer, authPath, tokenPath, more string) step {
	origin, _, _ := strings.Cut(strings.TrimPrefix(issuer, "https://"), "/")
	origin = "https://" + origin
	return says(200, `{"issuer":"`+issuer+`","authorization_endpoint":"`+origin+authPath+`","token_endpoint":"`+origin+tokenPath+`"`+more+`}`)
}

// challenge returns the answer with which a server asks git for a password.
func challenge(realm string) step {
	return says(401, "", "WWW-Authenticate", `Basic realm="`+realm+`"`)
}

const refs = "/info/refs?service=git-upload-pack"

const probe = "/doorkey/doorkey.git/info/refs?service=git-upload-pack"

func TestDiscover(t *testing.T) {
	gitLab := metadataOf("https://h.example", "/oauth/authorize", "/oauth/token", "")
	for _, test := range []struct {
		name   string
		origin string
		path   string
		steps  map[string]step
		want   Found // Kind, Root, AuthURL, HasDeviceFlow
		asked  int   // the number of requests
	}{
		{"a host of the table is asked nothing", "https://github.com", "/owner/project.git", nil,
			Found{Kind: "github", AuthURL: "https://github.com/login/oauth/authorize", HasDeviceFlow: true}, 0},
		{"gists are at GitHub", "https://gist.github.com", "", nil,
			Found{Kind: "github", AuthURL: "https://github.com/login/oauth/authorize", HasDeviceFlow: true}, 0},
		{"a GitHub with data residency is asked nothing", "https://octocorp.ghe.com", "", nil,
			Found{Kind: "github", AuthURL: "https://octocorp.ghe.com/login/oauth/authorize", HasDeviceFlow: true}, 0},
		{"gitlab.com is known to have the device flow", "https://gitlab.com", "", map[string]step{"https://gitlab.com/oauth/authorize_device": says(401, `{"error":"invalid_client"}`)},
			Found{Kind: "gitlab", AuthURL: "https://gitlab.com/oauth/authorize", HasDeviceFlow: true}, 1},
		{"GitLab by RFC 8414", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/oauth-authorization-server": gitLab, "https://h.example/oauth/authorize_device": says(401, `{"error":"invalid_client"}`)},
			Found{Kind: "gitlab", AuthURL: "https://h.example/oauth/authorize", HasDeviceFlow: true}, 2},
		{"GitLab before 17.3, by OpenID Connect", "https://h.example", "", map[string]step{"https://h.example/.well-known/openid-configuration": gitLab},
			Found{Kind: "gitlab", AuthURL: "https://h.example/oauth/authorize"}, 4},
		{"GitLab below a path that is given", "https://h.example", "/gitlab/", map[string]step{
			"https://h.example/gitlab/.well-known/openid-configuration": metadataOf("https://h.example/gitlab", "/gitlab/oauth/authorize", "/gitlab/oauth/token", "")},
			Found{Kind: "gitlab", Root: "/gitlab", AuthURL: "https://h.example/gitlab/oauth/authorize"}, 3},
		{"GitLab below a path, by a repository's", "https://h.example", "git/lab/group/project.git", map[string]step{
			"https://h.example/git/lab/.well-known/openid-configuration": metadataOf("https://h.example/git/lab", "/git/lab/oauth/authorize", "/git/lab/oauth/token", "")},
			Found{Kind: "gitlab", Root: "/git/lab", AuthURL: "https://h.example/git/lab/oauth/authorize"}, 5},
		{"GitLab at the root, by a repository's path", "https://h.example", "group/project.git", map[string]step{"https://h.example/.well-known/oauth-authorization-server": gitLab},
			Found{Kind: "gitlab", AuthURL: "https://h.example/oauth/authorize"}, 4},
		{"something else at the root, and a GitLab below it", "https://h.example", "/gitlab", map[string]step{
			"https://h.example/.well-known/openid-configuration":        metadataOf("https://h.example", "/authorize", "/token", ""),
			"https://h.example/gitlab/.well-known/openid-configuration": metadataOf("https://h.example/gitlab", "/gitlab/oauth/authorize", "/gitlab/oauth/token", "")},
			Found{Kind: "gitlab", Root: "/gitlab", AuthURL: "https://h.example/gitlab/oauth/authorize"}, 3},
		{"GitLab by git's challenge", "https://h.example", "", map[string]step{"https://h.example" + probe: challenge("GitLab")},
			Found{Kind: "gitlab", AuthURL: "https://h.example/oauth/authorize"}, 5},
		{"GitLab below a path, by git's challenge", "https://h.example", "/gitlab/group", map[string]step{
			"https://h.example/gitlab" + probe: challenge("GitLab"), "https://h.example/gitlab/group" + probe: challenge("GitLab")},
			Found{Kind: "gitlab", Root: "/gitlab", AuthURL: "https://h.example/gitlab/oauth/authorize"}, 10},
		{"GitLab with an issuer that is wrong, by git's challenge", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/openid-configuration": metadataOf("http://h.example", "/oauth/authorize", "/oauth/token", ""), "https://h.example" + probe: challenge("GitLab")},
			Found{Kind: "gitlab", AuthURL: "https://h.example/oauth/authorize"}, 5},
		{"GitHub Enterprise Server by RFC 8414, at its issuer's place", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/oauth-authorization-server/login/oauth": metadataOf("https://h.example/login/oauth", "/login/oauth/authorize", "/login/oauth/access_token", "")},
			Found{Kind: "github", AuthURL: "https://h.example/login/oauth/authorize", HasDeviceFlow: true}, 2},
		{"GitHub Enterprise Server by git's challenge", "https://h.example", "", map[string]step{"https://h.example" + probe: challenge("GitHub")},
			Found{Kind: "github", AuthURL: "https://h.example/login/oauth/authorize", HasDeviceFlow: true}, 4},
		{"Gitea by OpenID Connect", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/openid-configuration": metadataOf("https://h.example/", "/login/oauth/authorize", "/login/oauth/access_token", "")},
			Found{Kind: "gitea", AuthURL: "https://h.example/login/oauth/authorize"}, 4},
		{"Gitea with a device flow, which its metadata name", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/openid-configuration": metadataOf("https://h.example/", "/login/oauth/authorize", "/login/oauth/access_token", `,"device_authorization_endpoint":"https://h.example/login/oauth/device"`)},
			Found{Kind: "gitea", AuthURL: "https://h.example/login/oauth/authorize", HasDeviceFlow: true}, 4},
		{"Gitea with a device flow at another host, which is not used", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/openid-configuration": metadataOf("https://h.example/", "/login/oauth/authorize", "/login/oauth/access_token", `,"device_authorization_endpoint":"https://evil.example/device"`)},
			Found{Kind: "gitea", AuthURL: "https://h.example/login/oauth/authorize"}, 4},
		{"Forgejo, which has a place that Gitea has not", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/openid-configuration": metadataOf("https://h.example/", "/login/oauth/authorize", "/login/oauth/access_token", ""),
			"https://h.example/api/forgejo/v1/version":           says(200, `{"version":"11.0.1+gitea-1.22.0"}`)},
			Found{Kind: "forgejo", AuthURL: "https://h.example/login/oauth/authorize"}, 4},
		{"Forgejo below a path, by git's challenge", "https://h.example", "/git/ada/project.git", map[string]step{
			"https://h.example/git" + probe: challenge("Gitea"), "https://h.example/git/ada" + probe: challenge("Gitea"),
			"https://h.example/git/api/forgejo/v1/version": says(200, `{"version":"11.0.1"}`)},
			Found{Kind: "forgejo", Root: "/git", AuthURL: "https://h.example/git/login/oauth/authorize"}, 10},
		{"Forgejo that requires a sign-in for everything", "https://h.example", "", map[string]step{"https://h.example" + probe: challenge("Gitea"),
			"https://h.example/api/forgejo/v1/version": says(403, `{"message":"Only signed in user is allowed to call APIs."}`)},
			Found{Kind: "forgejo", AuthURL: "https://h.example/login/oauth/authorize"}, 5},
		{"Gitea behind a gateway that refuses", "https://h.example", "", map[string]step{"https://h.example" + probe: challenge("Gitea"),
			"https://h.example/api/forgejo/v1/version": says(403, `{"message":"forbidden"}`)},
			Found{Kind: "gitea", AuthURL: "https://h.example/login/oauth/authorize"}, 5},
		{"Gitea with a page for everything", "https://h.example", "", map[string]step{"https://h.example" + probe: challenge("Gitea"),
			"https://h.example/api/forgejo/v1/version": says(200, "<html>")},
			Found{Kind: "gitea", AuthURL: "https://h.example/login/oauth/authorize"}, 5},
		{"Gitea that breaks off", "https://h.example", "", map[string]step{"https://h.example" + probe: challenge("Gitea"),
			"https://h.example/api/forgejo/v1/version": lost},
			Found{Kind: "gitea", AuthURL: "https://h.example/login/oauth/authorize"}, 5},
		{"gitea.com is asked only for a device flow", "https://gitea.com", "", nil, Found{Kind: "gitea", AuthURL: "https://gitea.com/login/oauth/authorize"}, 1},
		{"gitea.com with a device flow", "https://gitea.com", "", map[string]step{
			"https://gitea.com/.well-known/openid-configuration": metadataOf("https://gitea.com", "/login/oauth/authorize", "/login/oauth/access_token", `,"device_authorization_endpoint":"https://gitea.com/login/oauth/device_authorization"`)},
			Found{Kind: "gitea", AuthURL: "https://gitea.com/login/oauth/authorize", HasDeviceFlow: true}, 1},
		{"Bitbucket Data Center by git's challenge", "https://h.example", "", map[string]step{"https://h.example/scm" + probe: challenge("Atlassian Bitbucket")},
			Found{Kind: "bitbucket-data-center", AuthURL: "https://h.example/rest/oauth2/latest/authorize"}, 5},
		{"Bitbucket Data Center below a context path, by a repository's", "https://h.example", "/bitbucket/scm/group/project.git", map[string]step{"https://h.example/bitbucket/scm" + probe: challenge("Atlassian Bitbucket")},
			Found{Kind: "bitbucket-data-center", Root: "/bitbucket", AuthURL: "https://h.example/bitbucket/rest/oauth2/latest/authorize"}, 12},
		{"Forgejo by its name alone", "https://forgejo.example", "", nil,
			Found{Kind: "forgejo", AuthURL: "https://forgejo.example/login/oauth/authorize"}, 4},
		{"another server", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/oauth-authorization-server": metadataOf("https://h.example", "/authorize", "/token", `,"device_authorization_endpoint":"https://h.example/device"`)},
			Found{Kind: "oauth", AuthURL: "https://h.example/authorize", HasDeviceFlow: true}, 1},
		{"a host in capitals", "https://H.example", "", map[string]step{"https://h.example" + probe: challenge("Gitea")},
			Found{Kind: "gitea", AuthURL: "https://h.example/login/oauth/authorize"}, 5},
		{"a page for everything", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/oauth-authorization-server": says(200, "<html>"), "https://h.example/.well-known/openid-configuration": says(200, "<html>")}, Found{}, 5},
		{"a redirect to metadata", "https://h.example", "", map[string]step{
			"https://h.example/.well-known/openid-configuration": says(302, "", "Location", "https://evil.example/")}, Found{}, 5},
		{"metadata with an error's status", "https://h.example", "", map[string]step{"https://h.example/.well-known/openid-configuration": says(500, document())}, Found{}, 5},
		{"metadata without an end", "https://h.example", "", map[string]step{"https://h.example/.well-known/openid-configuration": endless}, Found{}, 5},
		{"nothing", "https://h.example", "", nil, Found{}, 5},
		{"GitLab that challenges git only at existing repositories", "https://h.example", "/group/project.git", map[string]step{
			"https://h.example/group/project.git" + refs: challenge("GitLab"), "https://h.example/oauth/token": says(401, `{"error":"invalid_client"}`)},
			Found{Kind: "gitlab", AuthURL: "https://h.example/oauth/authorize"}, 12},
		{"the same below a path", "https://h.example", "/git/project.git", map[string]step{
			"https://h.example/git/project.git" + refs: challenge("GitLab"), "https://h.example/git/oauth/token": says(401, `{"error":"invalid_client"}`)},
			Found{Kind: "gitlab", Root: "/git", AuthURL: "https://h.example/git/oauth/authorize"}, 13},
		{"a repository on another kind of server", "https://h.example", "/group/project.git", map[string]step{
			"https://h.example/group/project.git" + refs: challenge("Files")}, Found{}, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &web{steps: test.steps}
			client := server.client()
			client.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			got, err := client.Discover(t.Context(), test.origin, test.path)
			if err != nil || got.Kind != test.want.Kind || got.Root != test.want.Root || got.AuthURL != test.want.AuthURL || got.HasDeviceFlow != test.want.HasDeviceFlow {
				t.Errorf("found %q at %q, %s, device flow %t, %v", got.Kind, got.Root, got.AuthURL, got.HasDeviceFlow, err)
			}
			if len(server.asked) != test.asked {
				t.Errorf("%d requests: %q", len(server.asked), server.asked)
			}
		})
	}
}

func TestDiscoverFails(t *testing.T) {
	elsewhere := metadataOf("https://h.example", "/a", "/t", `,"revocation_endpoint":"https://evil.example/r"`)
	for _, test := range []struct {
		name   string
		origin string
		answer step // of the metadata
		text   string
	}{
		{"plain http", "http://h.example", nil, "not an https URL of a host"},
		{"no host", "https://", nil, "not an https URL"},
		{"no address", "://", nil, "not an https URL"},
		{"the network is away", "https://h.example", lost, "connection reset"},
		{"metadata of another issuer", "https://h.example", metadataOf("https://evil.example", "/a", "/t", ""), "are invalid: their issuer is"},
		{"an endpoint elsewhere", "https://h.example", elsewhere, `"https://evil.example/r" is not at "https://h.example"`},
		{"no PKCE", "https://h.example", metadataOf("https://h.example", "/a", "/t", `,"code_challenge_methods_supported":["plain"]`), "does not support PKCE with S256"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &web{steps: map[string]step{"https://h.example/.well-known/openid-configuration": test.answer}}
			got, err := server.client().Discover(t.Context(), test.origin, "")
			if got.Kind != "" || err == nil || !strings.Contains(err.Error(), test.text) {
				t.Errorf("found %q, %v", got.Kind, err)
			}
		})
	}
}

// TestDiscoverHasALimit: doorkey waits at most 30 s in total for a slow server.
func TestDiscoverHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := (&web{steps: map[string]step{"https://h.example/.well-known/oauth-authorization-server": hangs}}).client().Discover(t.Context(), "https://h.example", "")
		if err == nil || time.Since(began) != discoveryTime {
			t.Errorf("ended after %v: %v", time.Since(began), err)
		}
	})
}

func TestRoots(t *testing.T) {
	for path, want := range map[string][]string{
		"":                          {""},
		"/":                         {""},
		"project.git":               {""},
		"group/project.git":         {"/group", ""},
		"/a/b/c.git/info":           {"/a/b", "/a", ""},
		"gitlab/-/profile":          {"/gitlab", ""},
		"gitlab/../etc":             {"/gitlab", ""},
		"one/two/three/four/five/6": {"/one/two/three/four", "/one/two/three", "/one/two", "/one", ""},
		"a b/c?d":                   {"/a%20b/c%3Fd", "/a%20b", ""},
	} {
		if got := roots(path); !slices.Equal(got, want) {
			t.Errorf("roots(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestConfirm(t *testing.T) {
	other := metadataOf("https://h.example", "/authorize", "/token", `,"revocation_endpoint":"https://h.example/revoke","authorization_response_iss_parameter_supported":true`)
	const place = "https://h.example/.well-known/openid-configuration"
	for _, test := range []struct {
		name     string
		settings Settings
		path     string
		steps    map[string]step
		want     Provider
	}{
		{"a GitLab that says nothing", Settings{ClientID: "app"}, "", nil, Provider{
			Kind: "gitlab", TokenURL: "https://h.example/oauth/token", RevokeURL: "https://h.example/oauth/revoke"}},
		{"a Gitea", Settings{ClientID: "app"}, "", map[string]step{"https://h.example" + probe: challenge("Gitea")}, Provider{
			Kind: "gitea", TokenURL: "https://h.example/login/oauth/access_token"}},
		{"a Gitea below a path", Settings{ClientID: "app"}, "git/ada/project.git", map[string]step{
			"https://h.example/git/.well-known/openid-configuration": metadataOf("https://h.example/git/", "/git/login/oauth/authorize", "/git/login/oauth/access_token", "")}, Provider{
			Kind: "gitea", TokenURL: "https://h.example/git/login/oauth/access_token", Issuer: "https://h.example/git/"}},
		{"a server at the root, and another word below a path of the clone", Settings{ClientID: "app"}, "mallory/project.git", map[string]step{
			place: other,
			"https://h.example/mallory/.well-known/openid-configuration": metadataOf("https://h.example/mallory", "/mallory/authorize", "/mallory/token", "")}, Provider{
			Kind: "oauth", TokenURL: "https://h.example/token", RevokeURL: "https://h.example/revoke", Issuer: "https://h.example", SendsIssuer: true}},
		{"another server", Settings{ClientID: "app"}, "", map[string]step{place: other}, Provider{
			Kind: "oauth", TokenURL: "https://h.example/token", RevokeURL: "https://h.example/revoke", Issuer: "https://h.example", SendsIssuer: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			guessed, err := Resolve("https://h.example", nil, test.settings)
			if err != nil {
				t.Fatal(err)
			}
			got, err := (&web{steps: test.steps}).client().Confirm(t.Context(), guessed, test.path)
			if err != nil || got.ClientID != "app" || got.Kind != test.want.Kind || got.TokenURL != test.want.TokenURL || got.RevokeURL != test.want.RevokeURL ||
				got.Issuer != test.want.Issuer || got.SendsIssuer != test.want.SendsIssuer || !got.Answers {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// TestConfirmAsksNobodyElse: if it is already known what the server is, doorkey sends no
// request.
func TestConfirmAsksNobodyElse(t *testing.T) {
	for name, settings := range map[string]Settings{
		"by a configured kind":                  {ClientID: "app", Kind: "github"},
		"by configured endpoints":               {ClientID: "app", AuthURL: "/a", TokenURL: "/t"},
		"by one endpoint, a GitLab":             {ClientID: "app", AuthURL: "/gitlab/oauth/authorize"},
		"a Gitea, with an endpoint for devices": {ClientID: "app", Kind: "gitea", DeviceAuthURL: "/device"},
	} {
		t.Run(name, func(t *testing.T) {
			provider, err := Resolve("https://h.example", nil, settings)
			if err != nil {
				t.Fatal(err)
			}
			server := &web{}
			if got, err := server.client().Confirm(t.Context(), provider, ""); err != nil || got.Kind != provider.Kind || server.asked != nil {
				t.Errorf("kind %q, asked %q, %v", got.Kind, server.asked, err)
			}
		})
	}
}

func TestConfirmEndsWithTheContext(t *testing.T) {
	guessed, err := Resolve("https://h.example", nil, Settings{ClientID: "app"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&web{}).client().Confirm(ctx, guessed, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestConfirmFindsADeviceFlow: a Gitea that was updated after setup names its device
// flow only in its metadata.
func TestConfirmFindsADeviceFlow(t *testing.T) {
	const device = `,"device_authorization_endpoint":"https://h.example/device"`
	for _, row := range []struct {
		name     string
		settings Settings
		place    string
		answer   step
		want     string
	}{
		{"a Gitea", Settings{Kind: "gitea"}, "https://h.example", metadataOf("https://h.example", "/login/oauth/authorize", "/login/oauth/access_token", device), "https://h.example/device"},
		{"a Forgejo below a path", Settings{Kind: "forgejo", AuthURL: "/git/login/oauth/authorize"}, "https://h.example/git",
			metadataOf("https://h.example/git/", "/git/login/oauth/authorize", "/git/login/oauth/access_token", device), "https://h.example/device"},
		{"without a device flow", Settings{Kind: "gitea"}, "https://h.example", metadataOf("https://h.example", "/login/oauth/authorize", "/login/oauth/access_token", ""), ""},
		{"at another host", Settings{Kind: "gitea"}, "https://h.example",
			metadataOf("https://h.example", "/login/oauth/authorize", "/login/oauth/access_token", `,"device_authorization_endpoint":"https://evil.example/device"`), ""},
		{"metadata of another server", Settings{Kind: "gitea"}, "https://h.example", metadataOf("https://evil.example", "/a", "/t", device), ""},
		{"a lost connection", Settings{Kind: "gitea"}, "https://h.example", lost, ""},
		{"a page", Settings{Kind: "gitea"}, "https://h.example", says(200, "<html>"), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.settings.ClientID = "app"
			provider, err := Resolve("https://h.example", nil, row.settings)
			if err != nil {
				t.Fatal(err)
			}
			server := &web{steps: map[string]step{row.place + "/.well-known/openid-configuration": row.answer}}
			got, err := server.client().Confirm(t.Context(), provider, "")
			if err != nil || got.DeviceAuthURL != row.want || got.TokenURL != provider.TokenURL || len(server.asked) != 1 {
				t.Errorf("device authorization endpoint %q, asked %q, %v", got.DeviceAuthURL, server.asked, err)
			}
		})
	}
}

// TestDiscoverTheFake asks a server that checks its requests.
func TestDiscoverTheFake(t *testing.T) {
	for _, test := range []struct {
		name   string
		root   string
		off    bool
		device bool
	}{
		{"at the host's root", "", false, true},
		{"below a path, without the device flow", "/gitlab", true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startGitLab(t, fakegitlab.Options{Root: test.root, DeviceFlowOff: test.off})
			found, err := clientOf(t, server).Discover(t.Context(), strings.TrimSuffix(server.URL(), test.root), test.root+"/group/project.git")
			if err != nil || found.Kind != "gitlab" || found.Root != test.root || found.HasDeviceFlow != test.device {
				t.Errorf("found %q at %q, device flow %t, %v", found.Kind, found.Root, found.HasDeviceFlow, err)
			}
			if found.ApplicationsURL != server.URL()+"/-/user_settings/applications" {
				t.Errorf("applications are registered at %s", found.ApplicationsURL)
			}
		})
	}
}
