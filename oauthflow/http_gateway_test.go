package oauthflow

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
)

// leads returns a redirect, in the form of an answer that net/http has read.
func leads(location string) step {
	return func(r *http.Request) (*http.Response, error) {
		response, err := says(302, "", "Location", location)(r)
		response.Request = r
		return response, err
	}
}

// TestGateway: the headers that git sends to a gateway are sent only to the gateway's
// origin, in addition to OAuth's own headers.
func TestGateway(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.WriteHeader(http.StatusForbidden)
		w.Write([]byte(`{"error":"denied","error_description":"X-Gate was let-me-in-please, session=s3ss10n-of-ada"}`))
	}))
	defer server.Close()
	gateway := Gateway{Origin: server.URL, Headers: []secret.Text{
		secret.New("X-Gate: let-me-in-please"), secret.New("cookie:session=s3ss10n-of-ada"), secret.New("Cookie: b=2"),
		secret.New("Authorization: Basic evil"), secret.New("content-type: text/evil"), secret.New("User-Agent: evil"),
		secret.New("no header"), secret.New("X-Empty:"), secret.New("X-Evil: a\r\nX-More: b"), secret.New("X Evil: a"),
	}}
	for _, row := range []struct {
		name, origin string
		sent         bool
	}{
		{"its origin", server.URL, true},
		{"another port", "http://127.0.0.1:1", false},
		{"another scheme", strings.Replace(server.URL, "http", "https", 1), false},
		{"none", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			gateway.Origin = row.origin
			client, err := NewHTTPClient(HTTPSettings{UserAgent: "doorkey/test", Gateway: gateway})
			if err != nil {
				t.Fatal(err)
			}
			err = (Client{HTTP: client}).Revoke(t.Context(), Provider{RevokeURL: server.URL}, secret.New("t"))
			if err == nil || row.sent && (strings.Contains(err.Error(), "let-me-in") || strings.Contains(err.Error(), "s3ss10n")) {
				t.Errorf("error %v", err)
			}
			want := map[string]string{"X-Gate": "", "Cookie": "", "Authorization": "", "Content-Type": formTypeOfTests, "User-Agent": "doorkey/test", "X-Evil": "", "X-More": ""}
			if row.sent {
				want["X-Gate"], want["Cookie"] = "let-me-in-please", "session=s3ss10n-of-ada; b=2"
			}
			for name, value := range want {
				if got.Get(name) != value {
					t.Errorf("%s is %q, want %q", name, got.Get(name), value)
				}
			}
		})
	}
}

const formTypeOfTests = "application/x-www-form-urlencoded"

// TestTryServerLeadsElsewhere: a gateway redirects every request to another host.
func TestTryServerLeadsElsewhere(t *testing.T) {
	const front, token = "https://h.example/", "https://h.example/oauth/token"
	for _, row := range []struct {
		name        string
		front, tokn step
		answers     bool
		want        string
	}{
		{"everything", leads("https://sso.example:8443/in?a=b"), leads("https://sso.example:8443/in"), false, "https://sso.example:8443"},
		{"one that has just answered", says(200, ""), leads("https://sso.example/"), true, "https://sso.example"},
		{"within the host", leads("/users/sign_in"), leads("/users/sign_in"), false, ""},
		{"the front page alone", leads("https://about.example/"), says(404, ""), false, ""},
		{"no place", leads("about:blank"), leads("about:blank"), false, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := &web{steps: map[string]step{front: row.front, token: row.tokn}}
			got, err := server.client().TryServer(t.Context(), Provider{TokenURL: token, Answers: row.answers})
			if got != row.want || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}
