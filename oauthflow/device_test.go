package oauthflow

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// testProvider returns a GitLab that does not exist.
func testProvider() Provider {
	return Provider{
		Kind: "gitlab", ClientID: "app", Scopes: []string{"read_repository", "write_repository"},
		AuthURL: "https://gitlab.example.com/oauth/authorize", TokenURL: "https://gitlab.example.com/token",
		DeviceAuthURL: "https://gitlab.example.com/device", RevokeURL: "https://gitlab.example.com/revoke",
	}
}

// deviceJSON returns a valid answer of the device authorization endpoint.
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

// seconds returns times in the format of the tables.
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
		{"slow down with GitHub's new interval", []step{says(200, `{"error":"slow_down","interval":10}`), pending, granted}, "5 15 25"},
		{"slow down with a longer interval", []step{says(200, `{"error":"slow_down","interval":30}`), pending, granted}, "5 35 65"},
		{"slow down with a shorter interval", []step{says(200, `{"error":"slow_down","interval":1}`), granted}, "5 15"},
		{"slow down with an interval beyond reason", []step{says(200, `{"error":"slow_down","interval":86400}`), granted}, "5 65"},
		{"slow down with an interval without sense", []step{says(200, `{"error":"slow_down","interval":"soon"}`), granted}, "5 15"},
		{"connection lost once", []step{lost, pending, granted}, "5 15 20"},
		{"connection lost for long", []step{lost, lost, lost, lost, lost, granted}, "5 15 35 75 135 195"},
		{"connection lost, then slow down", []step{lost, slowDown, granted}, "5 15 25"},
		{"connection lost again after an answer", []step{lost, pending, lost, granted}, "5 15 20 30"},
		{"answer cut off", []step{cutOff(`{"error":"author`), granted}, "5 15"},
		{"no answer", []step{hangs, granted}, "5 45"},
		{"server down", []step{says(503, "<html>"), says(502, ""), granted}, "5 15 35"},
		{"server down that says why", []step{says(500, `{"error":"server_error"}`), granted}, "5 15"},
		{"server that was too slow to read", []step{says(408, ""), granted}, "5 15"},
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

// cutOff returns an answer whose body ends too early.
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
