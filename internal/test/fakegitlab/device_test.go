package fakegitlab

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/fakebrowser"
)

// startDevice asks for a device code.
func startDevice(t *testing.T, server *Server) map[string]any {
	t.Helper()
	status, answer := post(t, server, "/oauth/authorize_device", url.Values{"client_id": {DefaultClientID}, "scope": {"write_repository"}})
	if status != 200 {
		t.Fatalf("%d %v", status, answer)
	}
	return answer
}

// poll asks for the tokens and returns the error, "" for none.
func poll(t *testing.T, server *Server, device map[string]any) (failure string, answer map[string]any) {
	t.Helper()
	_, answer = post(t, server, "/oauth/token", url.Values{"grant_type": {deviceGrantType},
		"client_id": {DefaultClientID}, "device_code": {device["device_code"].(string)}})
	failure, _ = answer["error"].(string)
	return failure, answer
}

func TestAuthorizeDevice(t *testing.T) {
	good := url.Values{"client_id": {DefaultClientID}, "scope": {"write_repository"}}
	for _, test := range []struct {
		name    string
		form    url.Values
		failure any
	}{
		{"good", good, nil},
		{"unknown client", with(good, "client_id", "x"), "invalid_client"},
		{"scope that is not ticked", with(good, "scope", "api"), "invalid_scope"},
		{"no scope", with(good, "scope"), "invalid_scope"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{})
			if _, answer := post(t, server, "/oauth/authorize_device", test.form); answer["error"] != test.failure {
				t.Errorf("answer %v", answer)
			}
			wantProblem(t, server, "")
		})
	}
}

func TestAuthorizeDeviceAnswer(t *testing.T) {
	server := start(t, Options{Root: "/gitlab", DeviceInterval: 1100 * time.Millisecond})
	answer := startDevice(t, server)
	address := server.base + "/oauth/device" // without the relative root
	userCode, _ := answer["user_code"].(string)
	if !regexp.MustCompile(`^[A-Z0-9]{8}$`).MatchString(userCode) || answer["verification_uri"] != address ||
		answer["verification_uri_complete"] != address+"?user_code="+userCode ||
		answer["expires_in"] != 300.0 || answer["interval"] != 2.0 {
		t.Errorf("answer %v", answer)
	}
	if codes := server.UserCodes(); len(codes) != 1 || codes[0] != userCode {
		t.Errorf("waiting user codes: %v", codes)
	}
}

func TestUserCodeThatIsGiven(t *testing.T) {
	server := start(t, Options{UserCode: "WDJBMJHT"})
	if answer := startDevice(t, server); answer["user_code"] != "WDJBMJHT" {
		t.Errorf("answer %v", answer)
	}
}

func TestPoll(t *testing.T) {
	type step func(*testing.T, *Server, *clock)
	approve := func(t *testing.T, server *Server, _ *clock) {
		if err := server.ApproveDevice(server.UserCodes()[0]); err != nil {
			t.Error(err)
		}
	}
	deny := func(t *testing.T, server *Server, _ *clock) {
		if err := server.DenyDevice(server.UserCodes()[0]); err != nil {
			t.Error(err)
		}
	}
	after := func(duration time.Duration) step {
		return func(_ *testing.T, _ *Server, clock *clock) { clock.advance(duration) }
	}
	expire := func(_ *testing.T, server *Server, _ *clock) { server.ExpireDeviceCodes() }
	another := func(t *testing.T, server *Server, _ *clock) { startDevice(t, server) }
	for _, test := range []struct {
		name  string
		first step   // before the first poll, nil for none
		wants string // of the first poll
		then  step   // before the second poll
		want  string // of the second poll
	}{
		{"nobody answers", nil, "authorization_pending", after(5 * time.Second), "authorization_pending"},
		{"poll that comes too early", nil, "authorization_pending", after(4 * time.Second), "slow_down"},
		{"approved between two polls", nil, "authorization_pending", func(t *testing.T, s *Server, c *clock) { approve(t, s, c); c.advance(5 * time.Second) }, ""},
		{"approved, and polled too early", nil, "authorization_pending", approve, "slow_down"},
		{"approved before the first poll, then polled again", approve, "", after(5 * time.Second), "invalid_grant"},
		{"denied", deny, "access_denied", after(5 * time.Second), "invalid_grant"},
		{"expired by time", nil, "authorization_pending", after(300 * time.Second), "expired_token"},
		{"expired by hand, and polled again", expire, "expired_token", after(0), "invalid_grant"},
		{"expired and swept by another device", nil, "authorization_pending", func(t *testing.T, s *Server, c *clock) { expire(t, s, c); another(t, s, c) }, "invalid_grant"},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := newClock()
			server := start(t, Options{Now: clock.Now})
			device := startDevice(t, server)
			if test.first != nil {
				test.first(t, server, clock)
			}
			if failure, answer := poll(t, server, device); failure != test.wants {
				t.Errorf("first poll: %v, want %q", answer, test.wants)
			}
			test.then(t, server, clock)
			failure, answer := poll(t, server, device)
			if failure != test.want {
				t.Errorf("second poll: %v, want %q", answer, test.want)
			}
			if early := server.Count(SlowDown); (early == 1) != (test.want == "slow_down") {
				t.Errorf("%d polls were too early", early)
			}
			wantProblem(t, server, "")
		})
	}
}

func TestDeviceTokens(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		refresh bool
	}{
		{"with a refresh token", Options{}, true},
		{"without a refresh token", Options{DeviceWithoutRefreshToken: true}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, test.options)
			device := startDevice(t, server)
			if err := server.ApproveDevice(device["user_code"].(string)); err != nil {
				t.Fatal(err)
			}
			_, answer := poll(t, server, device)
			access, _ := answer["access_token"].(string)
			refresh, _ := answer["refresh_token"].(string)
			if !server.Alive(access) || answer["scope"] != "write_repository" || server.Alive(refresh) != test.refresh {
				t.Errorf("answer %v", answer)
			}
		})
	}
}

func TestDeviceFlowOff(t *testing.T) {
	server := start(t, Options{DeviceFlowOff: true})
	response, body := send(t, server, newRequest(t, "POST", server.URL()+"/oauth/authorize_device", url.Values{"client_id": {DefaultClientID}}))
	if location := response.Header.Get("Location"); response.StatusCode != 302 || !strings.HasSuffix(location, "/users/sign_in") {
		t.Errorf("%d to %q: %s", response.StatusCode, location, body)
	}
	wantProblem(t, server, "")
}

func TestDecideUnknownUserCode(t *testing.T) {
	server := start(t, Options{})
	if err := server.ApproveDevice("ABCDEFGH"); err == nil || !strings.Contains(err.Error(), "ABCDEFGH") {
		t.Errorf("error %v", err)
	}
}

func TestDevicePages(t *testing.T) {
	for _, test := range []struct {
		name   string
		typed  func(userCode string) string
		answer fakebrowser.Answer
		status int
		text   string // of the last page
		poll   string
	}{
		{"authorize", func(code string) string { return code }, fakebrowser.Authorize, 200, "You are signed in", ""},
		{"deny", func(code string) string { return code }, fakebrowser.Deny, 200, "Access was denied", "access_denied"},
		{"typed as people type", func(code string) string { return " " + strings.ToLower(code) }, fakebrowser.Authorize, 200, "You are signed in", ""},
		{"mistyped", func(string) string { return "WRONG" }, fakebrowser.Authorize, 422, "unknown or has expired", "authorization_pending"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{Root: "/gitlab"})
			device := startDevice(t, server)
			browser, err := fakebrowser.New(server.CAFile())
			if err != nil {
				t.Fatal(err)
			}
			browser.Fields = map[string]string{"user_code": test.typed(device["user_code"].(string))}
			page, err := browser.Visit(t.Context(), server.URL()+"/oauth/device", test.answer)
			if err != nil || page.Status != test.status || !strings.Contains(page.Body, test.text) {
				t.Errorf("ended on %d %s: %v\n%s", page.Status, page.URL, err, page.Body)
			}
			if failure, answer := poll(t, server, device); failure != test.poll {
				t.Errorf("poll: %v, want %q", answer, test.poll)
			}
			wantProblem(t, server, "")
		})
	}
}

func TestDevicePageTakesTheCodeFromTheAddress(t *testing.T) {
	server := start(t, Options{})
	device := startDevice(t, server)
	browser, err := fakebrowser.New(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	page, err := browser.Visit(t.Context(), device["verification_uri_complete"].(string), fakebrowser.Authorize)
	if err != nil || page.Status != 200 || len(server.UserCodes()) != 0 {
		t.Errorf("ended on %d %s: %v\n%s", page.Status, page.URL, err, page.Body)
	}
}
