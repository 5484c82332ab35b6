package oauthflow

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// startGitLab starts a server that stops at the end of the test. The test fails if the
// server received anything that a client must never send.
func startGitLab(t *testing.T, options fakegitlab.Options) *fakegitlab.Server {
	t.Helper()
	options.Directory = t.TempDir()
	server, err := fakegitlab.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		if problems := server.Problems(); len(problems) > 0 {
			t.Errorf("the server complains: %q", problems)
		}
	})
	return server
}

// gitLabAt returns the provider that doorkey finds for a server, including the relative
// root.
func gitLabAt(t *testing.T, server *fakegitlab.Server) Provider {
	t.Helper()
	provider, err := Resolve(server.URL(), []string{`Basic realm="GitLab"`},
		Settings{ClientID: server.ClientID(), AuthURL: server.URL() + "/oauth/authorize"})
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

// clientOf returns a client that talks to a server as doorkey does.
func clientOf(t *testing.T, server *fakegitlab.Server) Client {
	t.Helper()
	client, err := NewHTTPClient(HTTPSettings{CAFile: server.CAFile(), UserAgent: "doorkey/test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return Client{HTTP: client}
}

// signInByBrowser signs in, and then tells the browser that the sign-in succeeded.
func signInByBrowser(ctx context.Context, client Client, provider Provider, show func(address string)) (Grant, error) {
	grant, tell, err := client.SignInByBrowser(ctx, provider, show)
	if err == nil {
		tell(ctx, nil)
	}
	return grant, err
}

// signInByPaste does what signInByBrowser does, but the answer is pasted.
func signInByPaste(ctx context.Context, client Client, provider Provider, paste Paste) (Grant, error) {
	grant, tell, err := client.SignInByPaste(ctx, provider, paste)
	if err == nil {
		tell(ctx, nil)
	}
	return grant, err
}

func newBrowser(t *testing.T, server *fakegitlab.Server) *fakebrowser.Browser {
	t.Helper()
	browser, err := fakebrowser.New(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	return browser
}

// clock is the time of a synctest bubble, for a server outside of it.
type clock struct{ now atomic.Pointer[time.Time] }

func (c *clock) Now() time.Time { return *c.now.Load() }

func (c *clock) set() {
	now := time.Now()
	c.now.Store(&now)
}

// bubbleClient is clientOf for a synctest bubble. The time in a bubble stands still while a
// connection is open, so each connection ends with its request.
func bubbleClient(t *testing.T, server *fakegitlab.Server, clock *clock, realTime time.Time) Client {
	t.Helper()
	client := clientOf(t, server)
	transport := client.HTTP.Transport.(limited).next
	transport.DisableKeepAlives = true
	transport.TLSClientConfig.Time = func() time.Time { return realTime }
	through := client.HTTP.Transport
	client.HTTP.Transport = step(func(request *http.Request) (*http.Response, error) {
		clock.set()
		return through.RoundTrip(request)
	})
	return client
}

// step answers one request for a server that does not exist.
type step func(*http.Request) (*http.Response, error)

func (s step) RoundTrip(request *http.Request) (*http.Response, error) { return s(request) }

// says answers with a status and a body. header has names and values in turn.
func says(status int, body string, header ...string) step {
	return func(*http.Request) (*http.Response, error) {
		response := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
		for i := 0; i < len(header); i += 2 {
			response.Header.Set(header[i], header[i+1])
		}
		return response, nil
	}
}

// fails returns an error instead of an answer.
func fails(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs returns nothing until the request is canceled.
func hangs(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// scripted is a server that answers the requests to each path with its steps. It repeats
// the last step.
type scripted struct {
	steps  map[string][]step
	began  time.Time
	asked  map[string][]time.Duration // the times since the start
	forms  []string
	closed int // how often the idle connections were closed
}

func newScripted(steps map[string][]step) *scripted {
	return &scripted{steps: steps, began: time.Now(), asked: map[string][]time.Duration{}}
}

func (s *scripted) RoundTrip(request *http.Request) (*http.Response, error) {
	path := request.URL.Path
	form, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	s.forms = append(s.forms, path+" "+string(form))
	s.asked[path] = append(s.asked[path], time.Since(s.began))
	next := s.steps[path][0]
	if len(s.steps[path]) > 1 {
		s.steps[path] = s.steps[path][1:]
	}
	return next(request)
}

func (s *scripted) CloseIdleConnections() { s.closed++ }

// client follows no redirects, as those of NewHTTPClient.
func (s *scripted) client() Client {
	return Client{HTTP: &http.Client{Transport: s, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}
