package oauthflow

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestDeviceSignInFails(t *testing.T) {
	code := []step{says(200, deviceJSON(time.Hour))}
	for _, test := range []struct {
		name   string
		codes  []step
		polls  []step
		code   string // the code of the *Error, "" for none
		text   string // part of the error
		polled int
	}{
		{"the person says no", code, []step{pending, says(400, `{"error":"access_denied"}`)}, "access_denied", "access_denied", 2},
		{"the person says no, with status 200", code, []step{says(200, `{"error":"access_denied"}`)}, "access_denied", "", 1},
		{"confidential application, at the poll", code, []step{says(401, `{"error":"invalid_client"}`)}, "invalid_client", `"Confidential" is ticked`, 1},
		{"wrong client ID, at the code", []step{says(401, `{"error":"invalid_client"}`)}, nil, "invalid_client", "application ID is wrong", 0},
		{"scope that is not ticked", []step{says(400, `{"error":"invalid_scope"}`)}, nil, "invalid_scope", "invalid_scope", 0},
		{"error with status 200, at the code", []step{says(200, `{"error":"invalid_scope"}`)}, nil, "invalid_scope", "", 0},
		{"GitHub's wrong client ID, with status 200", code, []step{says(200, `{"error":"incorrect_client_credentials"}`)}, "incorrect_client_credentials", "secret is wrong or missing", 1},
		{"unknown error", code, []step{says(400, `{"error":"bad_luck","error_description":"on Fridays"}`)}, "bad_luck", "on Fridays", 1},
		{"forbidden", code, []step{says(403, "<html>")}, "", "HTTP status 403", 1},
		{"redirect", code, []step{says(302, "", "Location", "https://elsewhere.example/")}, "", "HTTP status 302", 1},
		{"answer of something else", code, []step{says(200, "<html>sign in to the hotel's network")}, "", "no access token", 1},
		{"token with a line break", code, []step{says(200, `{"access_token":"a\nb"}`)}, "", "bytes that are not allowed in a token", 1},
		{"refresh token with a space", code, []step{says(200, `{"access_token":"a","refresh_token":"a b"}`)}, "", "bytes that are not allowed in a token", 1},
		{"server down before there is a code", []step{says(503, "")}, nil, "", "HTTP status 503", 0},
		{"no network before there is a code", []step{lost}, nil, "", "connection reset", 0},
		{"server that is not trusted", code, []step{fails(&tls.CertificateVerificationError{Err: errors.New("unknown authority")})}, "", "unknown authority", 1},
		{"answer without an end", code, []step{endless}, "", "too large", 1},
		{"code that is none", []step{says(200, `{}`)}, nil, "", "no device code", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newScripted(map[string][]step{"/device": test.codes, "/token": test.polls})
				client := server.client()
				grant, err := client.SignInByDevice(t.Context(), testProvider(), func(DeviceCode) {})
				if err == nil || !strings.Contains(err.Error(), test.text) || test.code != "" && !Is(err, test.code) {
					t.Errorf("error %v", err)
				}
				if grant.AccessToken.IsSet() || grant.RefreshToken.IsSet() || len(server.asked["/token"]) != test.polled {
					t.Errorf("grant %v after %d polls", grant, len(server.asked["/token"]))
				}
			})
		})
	}
}

// endless answers with spaces, up to the limit that NewHTTPClient sets.
func endless(*http.Request) (*http.Response, error) {
	body := http.MaxBytesReader(nil, io.NopCloser(spaces{}), largestBody)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body}, nil
}

type spaces struct{}

func (spaces) Read(buffer []byte) (int, error) {
	for i := range buffer {
		buffer[i] = ' '
	}
	return len(buffer), nil
}

func TestNoDeviceFlow(t *testing.T) {
	for _, test := range []struct {
		name    string
		kind    string
		address string
		answer  step
		text    string
	}{
		{"no endpoint is known", "gitea", "", nil, "does not support sign-in by device code"},
		{"older GitLab", "gitlab", "https://h.example/device", says(404, "<html>"), "GitLab supports it since 17.3"},
		{"GitHub without that client ID", "github", "https://h.example/device", says(404, `{"error":"Not Found"}`), "does not know the application ID"},
		{"GitHub, and it is off", "github", "https://h.example/device", says(400, `{"error":"device_flow_disabled"}`), `tick "Enable Device Flow"`},
		{"GitHub, and it is off, with status 200", "github", "https://h.example/device", says(200, `{"error":"device_flow_disabled"}`), `tick "Enable Device Flow"`},
		{"GitLab, and the application's box is not ticked", "gitlab", "https://h.example/device", says(400, `{"error":"unauthorized_client"}`), `tick "Device authorization grant"`},
		{"GitLab, and the grant type is not for it", "gitlab", "https://h.example/device", says(400, `{"error":"unsupported_grant_type"}`), `tick "Device authorization grant"`},
		{"another server, and it is off for the application", "oauth", "https://h.example/device", says(400, `{"error":"unauthorized_client"}`), "for this application: the server answered"},
		{"status 204", "gitlab", "https://h.example/device", says(204, ""), `nothing was found at "https://h.example/device"`},
		{"empty answer", "oauth", "https://h.example/device", says(200, ""), `nothing was found at "https://h.example/device"`},
		{"page for everything", "oauth", "https://h.example/device", says(200, "<html>"), `nothing was found at "https://h.example/device"`},
		{"page that takes no form", "oauth", "https://h.example/device", says(405, "<html>"), `nothing was found at "https://h.example/device"`},
		{"older GitLab, which redirects to its sign-in page", "gitlab", "https://h.example/device", leads("https://h.example/users/sign_in"), "GitLab supports it since 17.3"},
		{"older GitLab, which rejects a form without its token", "gitlab", "https://h.example/device", says(422, "<html>"), `HTTP status 422 at "https://h.example/device" (GitLab supports it since 17.3)`},
		{"a firewall", "gitlab", "https://h.example/device", says(403, "<html>"), `HTTP status 403 at "https://h.example/device"`},
		{"another server", "oauth", "https://h.example/device", says(404, ""), `nothing was found at "https://h.example/device"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			provider := testProvider()
			provider.Kind, provider.DeviceAuthURL = test.kind, test.address
			server := newScripted(map[string][]step{"/device": {test.answer}})
			_, err := server.client().SignInByDevice(t.Context(), provider, func(DeviceCode) { t.Error("showed a code") })
			if !errors.Is(err, ErrNoDeviceFlow) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestDeviceFlowIsOffAfterTheCode: a server may check only at the token endpoint whether
// the application may use device codes. Another flow follows.
func TestDeviceFlowIsOffAfterTheCode(t *testing.T) {
	for _, test := range []struct {
		name string
		kind string
		code string
		text string
	}{
		{"GitLab, and the box is not ticked", "gitlab", "unauthorized_client", `tick "Device authorization grant"`},
		{"GitHub, and it is off", "github", "device_flow_disabled", `tick "Enable Device Flow"`},
		{"another server", "oauth", "unsupported_grant_type", "for this application: the server answered"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				provider := testProvider()
				provider.Kind = test.kind
				server := newScripted(map[string][]step{"/device": {says(200, deviceJSON(time.Hour))}, "/token": {pending, says(400, `{"error":"`+test.code+`"}`)}})
				_, err := server.client().SignInByDevice(t.Context(), provider, func(DeviceCode) {})
				if !errors.Is(err, ErrNoDeviceFlow) || !strings.Contains(err.Error(), test.text) {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

func TestDeviceSignInEndsWithTheContext(t *testing.T) {
	late := errors.New("nobody came in time")
	for _, test := range []struct {
		name  string
		after time.Duration
		codes []step
		polls []step
		shown int
		later time.Duration // an answer may still arrive
	}{
		{"while it waits", 92 * time.Second, []step{says(200, deviceJSON(time.Hour))}, []step{pending}, 1, 0},
		{"while the server does not answer a poll", 60 * time.Second, []step{says(200, deviceJSON(time.Hour))}, []step{hangs}, 1, 15 * time.Second},
		{"while the server does not give a code", 20 * time.Second, []step{hangs}, nil, 0, 0},
		{"while the network is away", 92 * time.Second, []step{says(200, deviceJSON(time.Hour)), lost}, []step{expired}, 1, 0},
		{"before the third code expires", 92 * time.Second, []step{says(200, deviceJSON(40*time.Second))}, []step{pending}, 3, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), test.after, late)
				defer cancel()
				server := newScripted(map[string][]step{"/device": test.codes, "/token": test.polls})
				deadline, _ := ctx.Deadline()
				shown := 0
				_, err := server.client().SignInByDevice(ctx, testProvider(), func(code DeviceCode) {
					shown++
					if code.Expiry.After(deadline) {
						t.Errorf("code %d is shown as good for longer than the sign-in", shown)
					}
				})
				if took := time.Since(server.began); err != late || shown != test.shown || took != test.after+test.later {
					t.Errorf("%d codes in %v, error %v", shown, took, err)
				}
			})
		})
	}
}

// TestApprovalOutlivesTheContext: if a poll was sent in time and the server answers with a
// grant, doorkey accepts the grant, however long the server takes.
func TestApprovalOutlivesTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		slowly := func(request *http.Request) (*http.Response, error) {
			time.Sleep(20 * time.Second)
			return granted(request)
		}
		server := newScripted(map[string][]step{"/device": {says(200, deviceJSON(time.Hour))}, "/token": {slowly}})
		if grant, err := server.client().SignInByDevice(ctx, testProvider(), func(DeviceCode) {}); err != nil || grant.AccessToken.IsEmpty() {
			t.Errorf("no grant: %v", err)
		}
	})
}

func TestServerThatDoesNotGiveACode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newScripted(map[string][]step{"/device": {hangs}})
		_, err := server.client().SignInByDevice(t.Context(), testProvider(), func(DeviceCode) { t.Error("showed a code") })
		if took := time.Since(server.began); !errors.Is(err, context.DeadlineExceeded) || took != requestTime {
			t.Errorf("ended after %v: %v", took, err)
		}
	})
}

func TestLostConnectionIsNotUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newScripted(map[string][]step{"/device": {says(200, deviceJSON(time.Hour))}, "/token": {pending, hangs, lost, granted}})
		if _, err := server.client().SignInByDevice(t.Context(), testProvider(), func(DeviceCode) {}); err != nil {
			t.Error(err)
		}
		if server.closed != 2 {
			t.Errorf("closed the idle connections %d times", server.closed)
		}
	})
}
