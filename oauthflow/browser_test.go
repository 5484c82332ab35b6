package oauthflow

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/parts"
)

// visited is how a visit in a browser ended.
type visited struct {
	page fakebrowser.Page
	err  error
}

// signIn signs in with a browser that opens the address immediately.
func signIn(t *testing.T, server *fakegitlab.Server, provider Provider, person fakebrowser.Answer) (Grant, visited, error) {
	t.Helper()
	browser, ended := newBrowser(t, server), make(chan visited, 1)
	grant, err := signInByBrowser(t.Context(), clientOf(t, server), provider, func(address string) {
		go func() {
			page, err := browser.Visit(t.Context(), address, person)
			ended <- visited{page, err}
		}()
	})
	return grant, <-ended, err
}

func TestSignInByBrowser(t *testing.T) {
	confidential := secret.New("hush")
	for _, test := range []struct {
		name    string
		options fakegitlab.Options
		change  func(*Provider)
		person  fakebrowser.Answer
		code    string // the code of the *Error
		text    string // part of the error, "" for a grant
		page    string
	}{
		{name: "authorize", page: "You are signed in"},
		{name: "under a relative root", options: fakegitlab.Options{Root: "/git/lab"}, page: "You are signed in"},
		{name: "trusted application", options: fakegitlab.Options{ConsentAutomatically: true}, page: "You are signed in"},
		{name: "confidential application", options: fakegitlab.Options{ClientSecret: "hush"},
			change: func(p *Provider) { p.ClientSecret = confidential }, page: "You are signed in"},
		{name: "confidential application, and no secret", options: fakegitlab.Options{ClientSecret: "hush"},
			code: "invalid_client", text: `"Confidential" is ticked`, page: "Something went wrong between doorkey and 127.0.0.1:"},
		{name: "redirect address without a slash", change: func(p *Provider) { p.RedirectURL = "http://127.0.0.1" }, page: "You are signed in"},
		{name: "redirect address with a path", options: fakegitlab.Options{RedirectURIs: []string{"http://127.0.0.1/call/back"}},
			change: func(p *Provider) { p.RedirectURL = "http://127.0.0.1/call/back" }, page: "You are signed in"},
		{name: "redirect address with port 0", change: func(p *Provider) { p.RedirectURL = "http://127.0.0.1:0/" }, page: "You are signed in"},
		{name: "deny", person: fakebrowser.Deny, code: "access_denied", text: "access_denied", page: "The request was declined"},
		{name: "the server names itself", options: fakegitlab.Options{SendIssuer: true}, page: "You are signed in"},
		{name: "the server promised to name itself", options: fakegitlab.Options{SendIssuer: true},
			change: func(p *Provider) { p.SendsIssuer = true }, page: "You are signed in"},
		{name: "the server promised to name itself and does not",
			change: func(p *Provider) { p.SendsIssuer = true }, text: "does not name its issuer", page: "Something went wrong between doorkey and 127.0.0.1:"},
		{name: "the server names itself otherwise than in its metadata", options: fakegitlab.Options{SendIssuer: true},
			change: func(p *Provider) { p.Issuer = strings.TrimSuffix(p.AuthURL, "oauth/authorize") }, text: "another server", page: "Something went wrong between doorkey and 127.0.0.1:"},
		{name: "another server names itself", options: fakegitlab.Options{SendIssuer: true, Issuer: "https://evil.example"},
			text: `"https://evil.example"`, page: "Something went wrong between doorkey and 127.0.0.1:"},
		{name: "another server names itself and says no", person: fakebrowser.Deny, options: fakegitlab.Options{SendIssuer: true, Issuer: "https://evil.example"},
			text: `"https://evil.example"`, page: "Something went wrong between doorkey and 127.0.0.1:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startGitLab(t, test.options)
			provider := gitLabAt(t, server)
			if test.change != nil {
				test.change(&provider)
			}
			grant, browser, err := signIn(t, server, provider, test.person)
			if test.text == "" && (err != nil || !server.Alive(grant.AccessToken.Reveal()) || !server.Alive(grant.RefreshToken.Reveal())) {
				t.Errorf("no grant: %v", err)
			}
			if test.text != "" && (err == nil || !strings.Contains(err.Error(), test.text) || test.code != "" && !Is(err, test.code)) {
				t.Errorf("error %v", err)
			}
			checkLastPage(t, browser, test.page)
		})
	}
}

// checkLastPage checks what the user sees at the end, and what must not be on the page.
func checkLastPage(t *testing.T, browser visited, text string) {
	t.Helper()
	page := browser.page
	if browser.err != nil || page.Status != 200 || !strings.Contains(page.Body, text) {
		t.Fatalf("the browser ended on %d %s: %v\n%s", page.Status, page.URL, browser.err, page.Body)
	}
	if !strings.Contains(page.Body, "doorkey") || !strings.Contains(page.Body, "127.0.0.1:") {
		t.Errorf("the page does not name both doorkey and the host:\n%s", page.Body)
	}
	if address, err := url.Parse(page.URL); err != nil || address.Path != endPath || address.RawQuery != "" {
		t.Errorf("the address bar shows %s", page.URL)
	}
	if length := page.Header.Get("Content-Length"); length != strconv.Itoa(len(page.Body)) {
		t.Errorf("Content-Length is %q: the page may be cut off when the listener closes", length)
	}
	_, rest, _ := strings.Cut(page.Body, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	hash := sha256.Sum256([]byte(style))
	for name, want := range map[string]string{
		"Content-Type":            "text/html; charset=utf-8",
		"Cache-Control":           "no-store",
		"Referrer-Policy":         "no-referrer",
		"X-Content-Type-Options":  "nosniff",
		"Content-Security-Policy": "style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'",
	} {
		if got := page.Header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %q in it", name, got, want)
		}
	}
	for _, want := range []string{"default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, want) {
			t.Errorf("the policy %q has no %s", policy, want)
		}
	}
}

func TestSignInByBrowserAtFixedAddresses(t *testing.T) {
	for _, test := range []struct {
		name   string
		listen string
		format string
	}{
		{"localhost with its registered port", "127.0.0.1:0", "http://localhost:%s/callback"},
		{"IPv6 with a port", "[::1]:0", "http://[::1]:%s/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", test.listen)
			if err != nil {
				parts.Missing(t, "this address", fmt.Sprintf("give the loopback interface IPv6 (%v)", err))
			}
			_, port, _ := net.SplitHostPort(listener.Addr().String())
			redirect := fmt.Sprintf(test.format, port)
			server := startGitLab(t, fakegitlab.Options{RedirectURIs: []string{redirect}})
			provider := gitLabAt(t, server)
			provider.RedirectURL = redirect
			listener.Close()
			_, browser, err := signIn(t, server, provider, fakebrowser.Authorize)
			if err != nil {
				t.Error(err)
			}
			checkLastPage(t, browser, "You are signed in")
		})
	}
}

// TestCodeOutlivesTheContext: a code that arrived in time is redeemed, even if the time for
// the sign-in ends, or the user presses Ctrl-C, while the server processes it.
func TestCodeOutlivesTheContext(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{})
	server.Misbehave(fakegitlab.Misbehaviour{At: fakegitlab.TokenAuthorizationCode, CarryOut: true, Delay: time.Second})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	browser := newBrowser(t, server)
	grant, _, err := clientOf(t, server).SignInByBrowser(ctx, gitLabAt(t, server), func(address string) {
		go browser.Visit(t.Context(), address, fakebrowser.Authorize)
		go func() {
			server.WaitFor(ctx, fakegitlab.TokenAuthorizationCode, 1)
			cancel()
		}()
	})
	if err != nil || !server.Alive(grant.AccessToken.Reveal()) {
		t.Errorf("no grant: %v", err)
	}
}

// TestAdviceForAnotherScope: Gitea and Forgejo have one grant for each user and
// application, with the scopes of the first sign-in.
func TestAdviceForAnotherScope(t *testing.T) {
	const description = "a grant exists with different scope"
	for _, row := range []struct {
		name, kind, code, description string
		text                          string // "" if nothing is added
	}{
		{"Forgejo", "forgejo", "server_error", description, "https://h.example/git/user/settings/applications"},
		{"Gitea", "gitea", "server_error", description, "https://h.example/git/user/settings/applications"},
		{"another server", "oauth", "server_error", description, "the server's page for applications"},
		{"another trouble", "forgejo", "server_error", "the database is away", ""},
		{"the person said no", "forgejo", "access_denied", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			provider := Provider{Kind: row.kind, TokenURL: "https://h.example/git/login/oauth/access_token"}
			err := provider.adviseScope(&Error{Code: row.code, Description: row.description})
			if !Is(err, row.code) || strings.Contains(err.Error(), "revoke its access on "+row.text) != (row.text != "") {
				t.Errorf("error %v", err)
			}
		})
	}
}
