package fakegitlab

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ask sends a refresh and returns the answer; status 0 means no answer.
func ask(t *testing.T, server *Server, refresh string) (status int, header http.Header, body string, err error) {
	t.Helper()
	response, err := newClient(t, server).Do(newRequest(t, "POST", server.URL()+"/oauth/token", refreshForm(refresh)))
	if err != nil {
		return 0, nil, "", err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, response.Header, string(content), err
}

func TestMisbehave(t *testing.T) {
	const half = `{"access_token":` // of the literal body below
	for _, test := range []struct {
		name   string
		m      Misbehaviour
		status int // 0 for no answer
		header string
		value  string
		body   string // the beginning of it
		length int    // of the body, 0 for any
		cut    bool
		spent  bool // the refresh token was used
	}{
		{name: "down", m: Misbehaviour{Status: 503}, status: 503},
		{name: "too many requests", m: Misbehaviour{Status: 429, Header: http.Header{"Retry-After": {"60"}}}, status: 429, header: "Retry-After", value: "60"},
		{name: "redirect", m: Misbehaviour{Status: 307, Header: http.Header{"Location": {"https://other.example/"}}}, status: 307, header: "Location", value: "https://other.example/"},
		{name: "literal answer", m: Misbehaviour{Body: `{"error":"bad_verification_code"}`}, status: 200, body: `{"error":"bad_verification_code"}`},
		{name: "replica that lags behind", m: Misbehaviour{Status: 400, Body: InvalidGrant}, status: 400, body: `{"error":"invalid_grant"`},
		{name: "no answer", m: Misbehaviour{Cut: BeforeAnswer}},
		{name: "half an answer", m: Misbehaviour{Body: half + strings.Repeat("x", len(half)), Cut: MidBody}, status: 200, body: half, length: len(half), cut: true},
		{name: "large body", m: Misbehaviour{Body: "{", Fill: 5 << 20}, status: 200, body: "{", length: 5<<20 + 1},
		{name: "wrong content type", m: Misbehaviour{CarryOut: true, Header: http.Header{"Content-Type": {"text/html"}}}, status: 200, header: "Content-Type", value: "text/html", body: "{", spent: true},
		{name: "wrong status", m: Misbehaviour{CarryOut: true, Status: 201}, status: 201, body: "{", spent: true},
		{name: "refreshed, and the answer lost", m: Misbehaviour{CarryOut: true, Cut: BeforeAnswer}, spent: true},
		{name: "refreshed, and half of the answer lost", m: Misbehaviour{CarryOut: true, Cut: MidBody}, status: 200, body: "{", cut: true, spent: true},
		{name: "late", m: Misbehaviour{Delay: time.Nanosecond}, status: 200, body: "{", spent: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{})
			_, refresh := server.IssueGrant()
			test.m.At = TokenRefreshToken
			server.Misbehave(test.m)
			status, header, body, err := ask(t, server, refresh)
			if status != test.status || !strings.HasPrefix(body, test.body) || header.Get(test.header) != test.value ||
				test.length != 0 && len(body) != test.length {
				t.Errorf("answer %d %v, %d bytes, %v", status, header, len(body), err)
			}
			if wantError := test.status == 0 || test.cut; (err != nil) != wantError {
				t.Errorf("error %v", err)
			}
			if server.Alive(refresh) == test.spent {
				t.Errorf("refresh token alive: %t", server.Alive(refresh))
			}
		})
	}
}

func TestMisbehaveSomeTimes(t *testing.T) {
	server := start(t, Options{})
	server.Misbehave(Misbehaviour{At: Git, Status: 500})
	server.Misbehave(Misbehaviour{At: Token, Times: 2, Status: 502})
	server.Misbehave(Misbehaviour{At: TokenRefreshToken, Times: 1, Status: 503})
	server.Misbehave(Misbehaviour{At: Token, Status: 504})
	for i, want := range []int{502, 502, 503, 504, 504} {
		if status, _, _, err := ask(t, server, "x"); status != want {
			t.Errorf("request %d: %d %v, want %d", i, status, err, want)
		}
	}
	server.Behave()
	if status, _, _, err := ask(t, server, "x"); status != 400 {
		t.Errorf("at the end: %d %v", status, err)
	}
}

func TestMisbehaveRefusesAMisspeltKind(t *testing.T) {
	server := start(t, Options{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	server.Misbehave(Misbehaviour{At: "git:401", Status: 500})
}

func TestHold(t *testing.T) {
	server := start(t, Options{})
	_, refresh := server.IssueGrant()
	release := make(chan struct{})
	server.Misbehave(Misbehaviour{At: Token, CarryOut: true, Hold: release})
	answered := make(chan int)
	go func() {
		status, _, _, _ := ask(t, server, refresh)
		answered <- status
	}()
	if err := server.WaitFor(t.Context(), TokenRefreshToken, 1); err != nil {
		t.Fatal(err)
	}
	select {
	case status := <-answered:
		t.Fatalf("answered with %d while held", status)
	default:
	}
	close(release)
	if status := <-answered; status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestHoldEndsWithTheClient(t *testing.T) {
	server := start(t, Options{})
	server.Misbehave(Misbehaviour{At: Token, Delay: time.Hour, Hold: make(chan struct{})})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		request := newRequest(t, "POST", server.URL()+"/oauth/token", refreshForm("x"))
		_, err := newClient(t, server).Do(request.WithContext(ctx))
		done <- err
	}()
	if err := server.WaitFor(t.Context(), Token, 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestWaitForEndsWithTheContext(t *testing.T) {
	server := start(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.WaitFor(ctx, Git, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
