package oauthflow

import (
	"errors"
	"slices"
	"testing"
)

// TestDiscoverAs: doorkey accepts the kind that the user has named if its token endpoint is there.
func TestDiscoverAs(t *testing.T) {
	endpoint := says(401, `{"error":"invalid_client"}`)
	for _, row := range []struct {
		name               string
		origin, path, kind string
		steps              map[string]step
		want               Found
	}{
		{"a server that does not identify itself", "https://h.example", "", "gitlab",
			map[string]step{"https://h.example/oauth/token": endpoint}, Found{Kind: "gitlab"}},
		{"below a path", "https://h.example", "git/group", "gitlab",
			map[string]step{"https://h.example/git/oauth/token": endpoint}, Found{Kind: "gitlab", Root: "/git"}},
		{"a server that identifies itself differently", "https://h.example", "", "forgejo",
			map[string]step{"https://h.example" + probe: challenge("Gitea"), "https://h.example/login/oauth/access_token": endpoint}, Found{Kind: "forgejo"}},
		{"a Forgejo with a device flow", "https://h.example", "", "forgejo", map[string]step{
			"https://h.example/.well-known/openid-configuration": metadataOf("https://h.example", "/login/oauth/authorize", "/login/oauth/access_token", `,"device_authorization_endpoint":"https://h.example/device"`),
			"https://h.example/login/oauth/access_token":         endpoint}, Found{Kind: "forgejo", HasDeviceFlow: true}},
		{"below a path, and a server that redirects to its sign-in page at the root", "https://h.example", "bitbucket/scm/project", "bitbucket-data-center", map[string]step{
			"https://h.example/rest/oauth2/latest/token":           leads("https://h.example/login"),
			"https://h.example/bitbucket/rest/oauth2/latest/token": endpoint}, Found{Kind: "bitbucket-data-center", Root: "/bitbucket"}},
		{"invalid metadata", "https://h.example", "", "gitlab", map[string]step{
			"https://h.example/.well-known/openid-configuration": metadataOf("https://evil.example", "/a", "/t", ""), "https://h.example/oauth/token": endpoint}, Found{Kind: "gitlab"}},
		{"a host name that reveals the kind", "https://gitlab.com", "", "gitea", nil, Found{Kind: "gitlab"}},
		{"no token endpoint", "https://h.example", "git", "gitlab", nil, Found{}},
		{"no kind named", "https://h.example", "", "", map[string]step{"https://h.example" + probe: challenge("GitLab")}, Found{Kind: "gitlab"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := (&web{steps: row.steps}).client().DiscoverAs(t.Context(), row.origin, row.path, row.kind)
			if err != nil || got.Kind != row.want.Kind || got.Root != row.want.Root || got.HasDeviceFlow != row.want.HasDeviceFlow {
				t.Errorf("found %q at %q, device flow %t, %v, want %q at %q", got.Kind, got.Root, got.HasDeviceFlow, err, row.want.Kind, row.want.Root)
			}
		})
	}
}

// TestDiscoverAsNeedsTheServer: if the server does not answer, the named kind is not enough.
func TestDiscoverAsNeedsTheServer(t *testing.T) {
	for name, address := range map[string]string{"at once": "https://h.example/.well-known/openid-configuration", "at the endpoint": "https://h.example/oauth/token"} {
		t.Run(name, func(t *testing.T) {
			server := &web{steps: map[string]step{address: fails(errors.New("connection reset"))}}
			if got, err := server.client().DiscoverAs(t.Context(), "https://h.example", "", "gitlab"); err == nil {
				t.Errorf("found %q", got.Kind)
			}
		})
	}
}

func TestKindToName(t *testing.T) {
	for _, row := range []struct{ name, origin, kind, want string }{
		{"a host name that reveals nothing", "https://code.example", "gitlab", "gitlab"},
		{"a host name that reveals the kind", "https://gitlab.example.com", "gitlab", ""},
		{"a host name that reveals another kind", "https://github.example.com", "gitlab", "gitlab"},
		{"a kind with a fork", "https://code.example", "gitea", ""},
		{"no kind", "https://code.example", "", ""},
		{"an invalid origin", "://", "gitlab", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := KindToName(row.origin, row.kind); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if !slices.Contains(Kinds(), "gitlab") {
		t.Errorf("the kinds are %q", Kinds())
	}
}
