package oauthflow

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"slices"
	"testing"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// TestTryAtGitLab: TryDevice and TryClient do not make the server issue a code or a token.
func TestTryAtGitLab(t *testing.T) {
	for _, row := range []struct {
		name    string
		options fakegitlab.Options
		change  func(*Provider)
		device  bool
		refused string
	}{
		{"all well", fakegitlab.Options{Root: "/gitlab"}, nil, true, ""},
		{"before the device flow", fakegitlab.Options{DeviceFlowOff: true}, nil, false, ""},
		{"without an address for the device flow", fakegitlab.Options{}, func(p *Provider) { p.DeviceAuthURL = "" }, false, ""},
		{"another client ID", fakegitlab.Options{}, func(p *Provider) { p.ClientID = "another" }, true, "invalid_client"},
		{"a confidential application", fakegitlab.Options{ClientSecret: "hush"}, func(p *Provider) { p.ClientSecret = secret.New("hush") }, true, ""},
		{"a confidential application without its secret", fakegitlab.Options{ClientSecret: "hush"}, nil, true, "invalid_client"},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := startGitLab(t, row.options)
			provider := gitLabAt(t, server)
			if row.change != nil {
				row.change(&provider)
			}
			client := clientOf(t, server)
			if offered, err := client.TryDevice(t.Context(), provider); err != nil || offered != row.device {
				t.Errorf("device flow: %t, %v", offered, err)
			}
			if err := client.TryClient(t.Context(), provider); (err != nil) != (row.refused != "") || err != nil && !Is(err, row.refused) {
				t.Errorf("client: %v", err)
			}
			if codes := server.UserCodes(); len(codes) > 0 {
				t.Errorf("codes were made: %v", codes)
			}
		})
	}
}

func TestTryClient(t *testing.T) {
	for _, row := range []struct {
		name                string
		kind                string
		answer              step
		noEndpoint, anError bool
	}{
		{"the code is refused", "", says(400, `{"error":"invalid_grant"}`), false, false},
		{"GitHub refuses the code", "", says(200, `{"error":"bad_verification_code"}`), false, false},
		{"GitHub refuses the client", "", says(200, `{"error":"incorrect_client_credentials"}`), false, true},
		{"GitLab refuses the client in other words", "gitlab", says(401, `{"error":"unauthorized_client"}`), false, true},
		{"Gitea refuses the code in these", "gitea", says(400, `{"error":"unauthorized_client"}`), false, false},
		{"Gitea refuses the client", "gitea", says(400, `{"error":"invalid_client"}`), false, true},
		{"nothing there", "", says(404, "not found"), true, true},
		{"a redirect, which is not followed", "", says(302, ""), true, true},
		{"a page", "", says(200, "<html>"), true, true},
		{"a server in trouble", "", says(503, ""), false, true},
		{"a lost connection", "", lost, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := newScripted(map[string][]step{"/token": {row.answer}})
			provider := testProvider()
			provider.Kind = row.kind
			err := server.client().TryClient(t.Context(), provider)
			if (err != nil) != row.anError || errors.Is(err, ErrNoTokenEndpoint) != row.noEndpoint {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestTryClientAtGitea: Gitea has the same error for an unknown code and for a confidential
// application without its secret. Only a refresh distinguishes the two cases.
func TestTryClientAtGitea(t *testing.T) {
	const oneWord = `{"error":"unauthorized_client"}`
	for _, row := range []struct {
		name    string
		kind    string
		refresh step
		refused string // "" if the server knows the client
		anError bool
	}{
		{"Gitea cannot read the refresh token", "gitea", says(400, oneWord), "", false},
		{"Forgejo neither", "forgejo", says(400, oneWord), "", false},
		{"there is no such grant", "gitea", says(400, `{"error":"invalid_grant"}`), "", false},
		{"confidential, and there is no secret", "gitea", says(400, `{"error":"invalid_client","error_description":"invalid empty client secret"}`), "invalid_client", true},
		{"a server that accepts everything", "gitea", says(200, `{"access_token":"a"}`), "", true},
		{"a server in trouble", "gitea", says(503, ""), "", true},
		{"a lost connection", "gitea", lost, "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := newScripted(map[string][]step{"/token": {says(400, oneWord), row.refresh}})
			provider := testProvider()
			provider.Kind = row.kind
			err := server.client().TryClient(t.Context(), provider)
			if (err != nil) != row.anError || row.refused != "" && !Is(err, row.refused) || len(server.forms) != 2 {
				t.Errorf("error %v after %q", err, server.forms)
			}
		})
	}
}

func TestTryDeviceWithoutAnAnswer(t *testing.T) {
	server := newScripted(map[string][]step{"/device": {lost}})
	if _, err := server.client().TryDevice(t.Context(), testProvider()); err == nil {
		t.Error("a lost connection gave an answer")
	}
	for name, answer := range map[string]step{
		"a page that takes no form": says(http.StatusMethodNotAllowed, ""), "status 204": says(http.StatusNoContent, ""), "an empty answer": says(200, ""),
		"a redirect to the sign-in page": leads("https://gitlab.example.com/users/sign_in"), "an error page": says(http.StatusUnprocessableEntity, "<html>"),
	} {
		other := newScripted(map[string][]step{"/device": {answer}})
		if offered, err := other.client().TryDevice(t.Context(), testProvider()); offered || err != nil {
			t.Errorf("%s: %t, %v", name, offered, err)
		}
	}
}

// TestTryWithoutAnAnswer: setup and the doctor recognize from the type of the error that
// the server was not reached.
func TestTryWithoutAnAnswer(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{})
	provider, client := gitLabAt(t, server), clientOf(t, server)
	for _, kind := range []fakegitlab.Kind{fakegitlab.AuthorizeDevice, fakegitlab.Token} {
		server.Misbehave(fakegitlab.Misbehaviour{At: kind, Cut: fakegitlab.BeforeAnswer})
	}
	if _, err := client.TryDevice(t.Context(), provider); !errors.As(err, new(*ConnectionError)) {
		t.Errorf("device flow: %#v", err)
	}
	if err := client.TryClient(t.Context(), provider); !errors.As(err, new(*ConnectionError)) {
		t.Errorf("client: %#v", err)
	}
	server.Close()
	if _, err := client.TryServer(t.Context(), provider); !errors.As(err, new(*ConnectionError)) {
		t.Errorf("server: %#v", err)
	}
}

// TestTryServer: whatever the server answers, it exists.
func TestTryServer(t *testing.T) {
	const front, token = "https://h.example/", "https://h.example/git/oauth/token?x=1"
	for _, row := range []struct {
		name    string
		answers bool
		step    step
		asked   []string
		anError bool
	}{
		{"a page", false, says(200, ""), []string{front}, false},
		{"a server in trouble is one", false, says(503, ""), []string{front}, false},
		{"no answer", false, lost, []string{front}, true},
		{"it has just answered", true, lost, []string{token}, false},
		{"the front page is elsewhere", false, leads("https://about.example/"), []string{front, token}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := &web{steps: map[string]step{front: row.step}}
			elsewhere, err := server.client().TryServer(t.Context(), Provider{TokenURL: token, Answers: row.answers})
			if elsewhere != "" {
				t.Errorf("it leads to %q", elsewhere)
			}
			if (err != nil) != row.anError || !slices.Equal(server.asked, row.asked) {
				t.Errorf("asked %q, error %v", server.asked, err)
			}
		})
	}
	t.Run("Ctrl-C", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := (&web{}).client().TryServer(ctx, Provider{TokenURL: front}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

// TestCodeGoesByANewConnection: after a sign-in that took minutes, a connection that was
// open before may be dead without notice. So the code is sent over a new connection.
func TestCodeGoesByANewConnection(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{})
	provider, client := gitLabAt(t, server), clientOf(t, server)
	if elsewhere, err := client.TryServer(t.Context(), provider); err != nil || elsewhere != "" {
		t.Fatal(err)
	}
	var reused []bool
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) { reused = append(reused, got.Reused) }})
	browser := newBrowser(t, server)
	_, err := signInByBrowser(ctx, client, provider, func(address string) {
		go browser.Visit(t.Context(), address, fakebrowser.Authorize)
	})
	if err != nil || !slices.Equal(reused, []bool{false}) {
		t.Errorf("connections that were used before: %v, %v", reused, err)
	}
}
