package oauthflow

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/fakebrowser"
	"git-credential-doorkey/internal/fakegitlab"
	"git-credential-doorkey/internal/secret"
)

// testProvider is a GitLab that is nowhere.
func testProvider() Provider {
	return Provider{
		Kind: "gitlab", ClientID: "app", Scopes: []string{"read_repository", "write_repository"},
		AuthURL: "https://gitlab.example.com/oauth/authorize", TokenURL: "https://gitlab.example.com/token",
		DeviceAuthURL: "https://gitlab.example.com/device", RevokeURL: "https://gitlab.example.com/revoke",
	}
}

// deviceJSON is a good answer of the device authorization endpoint.
func deviceJSON(lifetime time.Duration) string {
	return fmt.Sprintf(`{"device_code":"the-device-code","user_code":"ABCD1234",
		"verification_uri":"https://gitlab.example.com/oauth/device","expires_in":%d,"interval":5}`, int(lifetime.Seconds()))
}

func pending(r *http.Request) (*http.Response, error) {
	return says(400, `{"error":"authorization_pending"}`)(r)
}

func slowDown(r *http.Request) (*http.Response, error) { return says(400, `{"error":"slow_down"}`)(r) }

func expired(r *http.Request) (*http.Response, error) {
	return says(400, `{"error":"expired_token"}`)(r)
}

func granted(r *http.Request) (*http.Response, error) {
	return says(200, `{"access_token":"access","refresh_token":"refresh"}`)(r)
}

func lost(r *http.Request) (*http.Response, error) {
	return nil, errors.New("connection reset by peer")
}

// seconds are times in the form in which tables have them.
func seconds(times []time.Duration) string {
	var list []string
	for _, t := range times {
		list = append(list, fmt.Sprint(t.Seconds()))
	}
	return strings.Join(list, " ")
}

func TestPollTimes(t *testing.T) {
	for _, test := range []struct {
		name  string
		polls []step
		want  string // when it polls, in seconds
	}{
		{"granted at once", []step{granted}, "5"},
		{"granted later", []step{pending, pending, granted}, "5 10 15"},
		{"error with status 200", []step{says(200, `{"error":"authorization_pending"}`), granted}, "5 10"},
		{"slow down is kept", []step{pending, slowDown, pending, pending, granted}, "5 10 20 30 40"},
		{"slow down twice", []step{slowDown, slowDown, pending, granted}, "5 15 30 45"},
		{"slow down with status 429", []step{says(429, `{"error":"slow_down"}`), pending, granted}, "5 15 25"},
		{"connection lost once", []step{lost, pending, granted}, "5 15 20"},
		{"connection lost for long", []step{lost, lost, lost, lost, lost, granted}, "5 15 35 75 135 195"},
		{"connection lost, then slow down", []step{lost, slowDown, granted}, "5 15 25"},
		{"connection lost again after an answer", []step{lost, pending, lost, granted}, "5 15 20 30"},
		{"answer cut off", []step{cutOff(`{"error":"author`), granted}, "5 15"},
		{"no answer", []step{hangs, granted}, "5 45"},
		{"server down", []step{says(503, "<html>"), says(502, ""), granted}, "5 15 35"},
		{"server down that says why", []step{says(500, `{"error":"server_error"}`), granted}, "5 15"},
		{"too many requests", []step{says(429, "Retry later"), granted}, "5 15"},
		{"Retry-After in seconds", []step{says(429, "", "Retry-After", "42"), pending, granted}, "5 47 52"},
		{"Retry-After shorter than the pause", []step{says(429, "", "Retry-After", "1"), granted}, "5 15"},
		{"Retry-After beyond reason", []step{says(503, "", "Retry-After", "86400"), granted}, "5 125"},
		{"Retry-After as a date", []step{says(503, "", "Retry-After", "Sat, 01 Jan 2000 00:01:00 GMT"), granted}, "5 60"},
		{"Retry-After in the past", []step{says(503, "", "Retry-After", "Sat, 01 Jan 1990 00:01:00 GMT"), granted}, "5 15"},
		{"Retry-After without sense", []step{says(503, "", "Retry-After", "-1"), granted}, "5 15"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newScripted(map[string][]step{"/device": {says(200, deviceJSON(time.Hour))}, "/token": test.polls})
				grant, err := server.client().SignInByDevice(t.Context(), testProvider(), func(DeviceCode) {})
				if err != nil || grant.AccessToken.Reveal() != "access" || grant.RefreshToken.Reveal() != "refresh" {
					t.Errorf("grant %q %q, %v", grant.AccessToken.Reveal(), grant.RefreshToken.Reveal(), err)
				}
				if got := seconds(server.asked["/token"]); got != test.want {
					t.Errorf("polled at %s, want %s", got, test.want)
				}
			})
		})
	}
}

// cutOff answers with a body that ends too early.
func cutOff(body string) step {
	return func(*http.Request) (*http.Response, error) {
		cut := io.MultiReader(strings.NewReader(body), errorReader{})
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(cut)}, nil
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestPollForAnHourAndFortyMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		polls := slices.Repeat([]step{pending}, 1199)
		server := newScripted(map[string][]step{
			"/device": {says(200, deviceJSON(2*time.Hour))}, "/token": append(polls, granted),
		})
		if _, err := server.client().SignInByDevice(t.Context(), testProvider(), func(DeviceCode) {}); err != nil {
			t.Error(err)
		}
		if took := time.Since(server.began); took != 100*time.Minute || len(server.asked["/token"]) != 1200 {
			t.Errorf("%d polls in %v", len(server.asked["/token"]), took)
		}
	})
}

func TestDeviceForms(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Provider)
		want   []string
	}{
		{"public application", func(*Provider) {}, []string{
			"/device client_id=app&scope=read_repository+write_repository",
			"/token client_id=app&device_code=the-device-code&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code",
		}},
		{"confidential application without scopes", func(p *Provider) { p.ClientSecret, p.Scopes = secret.New("s&s"), nil }, []string{
			"/device client_id=app&client_secret=s%26s",
			"/token client_id=app&client_secret=s%26s&device_code=the-device-code&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newScripted(map[string][]step{"/device": {says(200, deviceJSON(time.Hour))}, "/token": {granted}})
				provider := testProvider()
				test.change(&provider)
				if _, err := server.client().SignInByDevice(t.Context(), provider, func(DeviceCode) {}); err != nil {
					t.Error(err)
				}
				if !slices.Equal(server.forms, test.want) {
					t.Errorf("sent %q", server.forms)
				}
			})
		})
	}
}

func TestDeviceCodesAreRenewed(t *testing.T) {
	minutes := func(n time.Duration) step { return says(200, deviceJSON(n*time.Minute)) }
	invalid := says(400, fakegitlab.InvalidGrant)
	for _, test := range []struct {
		name  string
		codes []step
		polls []step
		fails bool
		asked string // when it asks for codes, in seconds
		shown int
	}{
		{"the server says that it expired", []step{minutes(60)}, []step{pending, expired, pending, granted}, false, "0 10", 2},
		{"GitLab has forgotten it", []step{minutes(60)}, []step{pending, invalid, granted}, false, "0 10", 2},
		{"twice", []step{minutes(60)}, []step{expired, invalid, granted}, false, "0 5 10", 3},
		{"three times is enough", []step{minutes(60)}, []step{expired}, true, "0 5 10", 3},
		{"three times forgotten", []step{minutes(60)}, []step{invalid}, true, "0 5 10", 3},
		{"its time is over, and the server says nothing of it", []step{minutes(5)}, []step{pending}, true, "0 300 600", 3},
		{"its time is over while the server is down", []step{minutes(1)}, []step{lost}, true, "0 60 120", 3},
		{"its time is over before Retry-After", []step{minutes(1)}, []step{says(503, "", "Retry-After", "3600")}, true, "0 60 120", 3},
		{"it lives less than a second", []step{says(200, strings.ReplaceAll(deviceJSON(0), `:0`, `:0.25`))}, []step{pending}, true, "0 0.25 0.5", 3},
		{"the network is away", []step{minutes(60), lost, says(503, ""), minutes(60)}, []step{expired, granted}, false, "0 5 15 35", 2},
		{"the server has got rid of the device flow", []step{minutes(60), says(404, "")}, []step{expired}, true, "0 5", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newScripted(map[string][]step{"/device": test.codes, "/token": test.polls})
				shown := 0
				_, err := server.client().SignInByDevice(t.Context(), testProvider(), func(code DeviceCode) {
					shown++
					if !code.Expiry.After(time.Now()) {
						t.Errorf("code %d has expired when it is shown", shown)
					}
				})
				if (err != nil) != test.fails || shown != test.shown {
					t.Errorf("%d codes, error %v", shown, err)
				}
				if shown == mostDeviceCodes && err != nil && !isExpired(err) {
					t.Errorf("error %v does not say that the code expired", err)
				}
				if got := seconds(server.asked["/device"]); got != test.asked {
					t.Errorf("asked for codes at %s, want %s", got, test.asked)
				}
			})
		})
	}
}

func TestSlowDownIsKeptForTheNextCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newScripted(map[string][]step{
			"/device": {says(200, deviceJSON(time.Hour))}, "/token": {slowDown, expired, pending, granted},
		})
		if _, err := server.client().SignInByDevice(t.Context(), testProvider(), func(DeviceCode) {}); err != nil {
			t.Error(err)
		}
		if got := seconds(server.asked["/token"]); got != "5 15 25 35" {
			t.Errorf("polled at %s", got)
		}
	})
}

func TestDeviceSignInFails(t *testing.T) {
	code := []step{says(200, deviceJSON(time.Hour))}
	for _, test := range []struct {
		name   string
		codes  []step
		polls  []step
		code   string // of the *Error, "" for none
		text   string // in the error
		polled int
	}{
		{"the person says no", code, []step{pending, says(400, `{"error":"access_denied"}`)}, "access_denied", "access_denied", 2},
		{"the person says no, with status 200", code, []step{says(200, `{"error":"access_denied"}`)}, "access_denied", "", 1},
		{"confidential application, at the poll", code, []step{says(401, `{"error":"invalid_client"}`)}, "invalid_client", `"Confidential" is ticked`, 1},
		{"wrong client ID, at the code", []step{says(401, `{"error":"invalid_client"}`)}, nil, "invalid_client", "client ID is wrong", 0},
		{"application without the device flow", []step{says(400, `{"error":"unauthorized_client"}`)}, nil, "unauthorized_client", "client ID is wrong", 0},
		{"scope that is not ticked", []step{says(400, `{"error":"invalid_scope"}`)}, nil, "invalid_scope", "invalid_scope", 0},
		{"error with status 200, at the code", []step{says(200, `{"error":"device_flow_disabled"}`)}, nil, "device_flow_disabled", "", 0},
		{"unknown error", code, []step{says(400, `{"error":"bad_luck","error_description":"on Fridays"}`)}, "bad_luck", "on Fridays", 1},
		{"forbidden", code, []step{says(403, "<html>")}, "", "HTTP status 403", 1},
		{"redirect", code, []step{says(302, "", "Location", "https://elsewhere.example/")}, "", "HTTP status 302", 1},
		{"answer of something else", code, []step{says(200, "<html>sign in to the hotel's network")}, "", "no access token", 1},
		{"token with a line break", code, []step{says(200, `{"access_token":"a\nb"}`)}, "", "bytes that no token has", 1},
		{"refresh token with a space", code, []step{says(200, `{"access_token":"a","refresh_token":"a b"}`)}, "", "bytes that no token has", 1},
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
				client.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
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

// endless answers with spaces, through the limit that NewHTTPClient sets.
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
		address string
		text    string
	}{
		{"no endpoint is known", "", "no sign-in by device code"},
		{"older GitLab", testProvider().DeviceAuthURL, "GitLab has it since 17.2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			provider := testProvider()
			provider.DeviceAuthURL = test.address
			server := newScripted(map[string][]step{"/device": {says(404, "<html>")}})
			_, err := server.client().SignInByDevice(t.Context(), provider, func(DeviceCode) { t.Error("showed a code") })
			if !errors.Is(err, ErrNoDeviceFlow) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestDeviceSignInEndsWithTheContext(t *testing.T) {
	late := errors.New("nobody came in time")
	for _, test := range []struct {
		name  string
		codes []step
		polls []step
		shown int
	}{
		{"while it waits", []step{says(200, deviceJSON(time.Hour))}, []step{pending}, 1},
		{"while the server does not answer a poll", []step{says(200, deviceJSON(time.Hour))}, []step{hangs}, 1},
		{"while the server does not give a code", []step{slow(95 * time.Second)}, nil, 0},
		{"while the network is away", []step{says(200, deviceJSON(time.Hour)), lost}, []step{expired}, 1},
		{"before the third code expires", []step{says(200, deviceJSON(40*time.Second))}, []step{pending}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), 92*time.Second, late)
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
				if test.shown > 0 && err != late || err == nil || shown != test.shown {
					t.Errorf("%d codes, error %v", shown, err)
				}
				if took := time.Since(server.began); test.shown > 0 && took != 92*time.Second || took > 92*time.Second {
					t.Errorf("ended after %v", took)
				}
			})
		})
	}
}

// slow answers late, if it is still waited for.
func slow(pause time.Duration) step {
	return func(request *http.Request) (*http.Response, error) {
		if err := sleep(request.Context(), pause); err != nil {
			return nil, err
		}
		return says(200, deviceJSON(time.Hour))(request)
	}
}

// TestDeviceSignInAtGitLab signs in over HTTPS, in the time of a bubble.
func TestDeviceSignInAtGitLab(t *testing.T) {
	for _, test := range []struct {
		name    string
		options fakegitlab.Options
		waits   int // polls before the person answers
		answer  func(*fakegitlab.Server, string) error
		code    string // of the *Error, "" for a grant
		refresh bool
		codes   int
	}{
		{"authorized", fakegitlab.Options{}, 0, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"authorized late", fakegitlab.Options{}, 50, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"authorized after the first code expired", fakegitlab.Options{}, 70, (*fakegitlab.Server).ApproveDevice, "", true, 2},
		{"under a relative root", fakegitlab.Options{Root: "/git/lab"}, 1, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"confidential application", fakegitlab.Options{ClientSecret: "hush"}, 1, (*fakegitlab.Server).ApproveDevice, "", true, 1},
		{"without a refresh token", fakegitlab.Options{DeviceWithoutRefreshToken: true}, 1, (*fakegitlab.Server).ApproveDevice, "", false, 1},
		{"denied", fakegitlab.Options{}, 2, (*fakegitlab.Server).DenyDevice, "access_denied", false, 1},
		{"nobody comes", fakegitlab.Options{}, 1000, nil, "expired_token", false, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := &clock{}
			clock.set()
			test.options.Now = clock.Now
			server := startGitLab(t, test.options)
			provider, realTime := gitLabAt(t, server), time.Now()
			if test.options.ClientSecret != "" {
				provider.ClientSecret = secret.New(test.options.ClientSecret)
			}
			synctest.Test(t, func(t *testing.T) {
				client, polls, codes := bubbleClient(t, server, clock, realTime), 0, []DeviceCode{}
				through := client.HTTP.Transport
				client.HTTP.Transport = step(func(request *http.Request) (*http.Response, error) {
					if request.URL.Path == test.options.Root+"/oauth/token" {
						polls++
						if polls == test.waits+1 {
							if err := test.answer(server, codes[len(codes)-1].UserCode); err != nil {
								t.Error(err)
							}
						}
					}
					return through.RoundTrip(request)
				})
				grant, err := client.SignInByDevice(t.Context(), provider, func(code DeviceCode) { codes = append(codes, code) })
				if test.code != "" && !Is(err, test.code) || test.code == "" && err != nil || len(codes) != test.codes {
					t.Errorf("%d codes, error %v", len(codes), err)
				}
				if server.Alive(grant.AccessToken.Reveal()) != (test.code == "") || server.Alive(grant.RefreshToken.Reveal()) != test.refresh {
					t.Errorf("access token %d bytes, refresh token %d bytes", len(grant.AccessToken.Reveal()), len(grant.RefreshToken.Reveal()))
				}
				if early := server.Count(fakegitlab.SlowDown); early != 0 {
					t.Errorf("polled too early %d times", early)
				}
			})
		})
	}
}

// TestDeviceAddressIsGitLabsPage has a person open the address that is shown.
func TestDeviceAddressIsGitLabsPage(t *testing.T) {
	for _, test := range []struct {
		name     string
		complete bool
	}{
		{"the person types the code", false},
		{"the code is in the address", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startGitLab(t, fakegitlab.Options{Root: "/gitlab"})
			s := deviceSignIn{client: clientOf(t, server), provider: gitLabAt(t, server)}
			given, err := s.ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			browser, address := newBrowser(t, server), given.VerificationURL
			browser.Fields = map[string]string{"user_code": given.UserCode}
			if test.complete {
				browser.Fields, address = nil, given.VerificationURLComplete
			}
			page, err := browser.Visit(t.Context(), address, fakebrowser.Authorize)
			if err != nil || page.Status != 200 || len(server.UserCodes()) != 0 {
				t.Errorf("ended on %d %s: %v\n%s", page.Status, page.URL, err, page.Body)
			}
			if grant, err := s.poll(t.Context(), given); err != nil || !server.Alive(grant.AccessToken.Reveal()) {
				t.Errorf("poll: %v", err)
			}
		})
	}
}

func TestNoDeviceFlowAtOlderGitLab(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{DeviceFlowOff: true})
	_, err := clientOf(t, server).SignInByDevice(t.Context(), gitLabAt(t, server), func(DeviceCode) { t.Error("showed a code") })
	if !errors.Is(err, ErrNoDeviceFlow) {
		t.Errorf("error %v", err)
	}
}
