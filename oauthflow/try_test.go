package oauthflow

import (
	"errors"
	"net/http"
	"testing"

	"git-credential-doorkey/internal/fakegitlab"
	"git-credential-doorkey/internal/secret"
)

// TestTryAtGitLab: finding out costs the server nothing, neither a code nor a
// token.
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

func TestTryDeviceWithoutAnAnswer(t *testing.T) {
	server := newScripted(map[string][]step{"/device": {lost}})
	if _, err := server.client().TryDevice(t.Context(), testProvider()); err == nil {
		t.Error("a lost connection gave an answer")
	}
	refusing := newScripted(map[string][]step{"/device": {says(http.StatusMethodNotAllowed, "")}})
	if offered, err := refusing.client().TryDevice(t.Context(), testProvider()); offered || err != nil {
		t.Errorf("a page that takes no form: %t, %v", offered, err)
	}
}
