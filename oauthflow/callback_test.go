package oauthflow

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/fakegitlab"
)

// stray is a request to the listener that is not the browser's answer.
type stray struct {
	name   string
	method string // GET if empty
	target string // path and query; STATE stands for the attempt's state
	host   string // the listener's own if empty
	header []string
	status int
}

func strays() []stray {
	const answer = "/?state=STATE&code=guessed"
	return []stray{
		{name: "favicon", target: "/favicon.ico", status: 404},
		{name: "wrong path", target: "/callback?state=STATE&code=guessed", status: 404},
		{name: "a path that cleans to the right one", target: "/a/.." + answer, status: 404},
		{name: "a path that looks like a host", target: "//evil.example" + answer, status: 404},
		{name: "the last page too early", target: endPath, status: 404},
		{name: "nothing", target: "/", status: 404},
		{name: "POST", method: "POST", target: answer, status: 404},
		{name: "HEAD", method: "HEAD", target: answer, status: 404},
		{name: "DELETE", method: "DELETE", target: answer, status: 404},
		{name: "preflight of a page", method: "OPTIONS", target: answer, status: 404, header: []string{
			"Origin: https://evil.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Private-Network: true"}},
		{name: "preflight of everything", method: "OPTIONS", target: "*", status: 404},
		{name: "wrong state", target: "/?state=guessed&code=guessed", status: 404},
		{name: "state with something after it", target: "/?state=STATEx&code=guessed", status: 404},
		{name: "no state", target: "/?code=guessed", status: 404},
		{name: "empty state", target: "/?state=&code=guessed", status: 404},
		{name: "the state twice", target: "/?state=STATE&state=STATE&code=guessed", status: 404},
		{name: "a wrong state after the right one", target: "/?state=STATE&state=guessed&code=guessed", status: 404},
		{name: "two codes", target: "/?state=STATE&code=guessed&code=again", status: 404},
		{name: "code and error", target: "/?state=STATE&code=guessed&error=access_denied", status: 404},
		{name: "neither code nor error", target: "/?state=STATE", status: 404},
		{name: "empty code", target: "/?state=STATE&code=", status: 404},
		{name: "empty error", target: "/?state=STATE&error=", status: 404},
		{name: "code and empty error", target: "/?state=STATE&code=guessed&error=", status: 404},
		{name: "error without the state", target: "/?error=access_denied", status: 404},
		{name: "a name that was made to point here", target: answer, host: "evil.example", status: 404},
		{name: "a name that was made to point here, with the port", target: answer, host: "evil.example:PORT", status: 404},
		{name: "the right name on another port", target: answer, host: "127.0.0.1:1", status: 404},
		{name: "localhost", target: answer, host: "localhost:PORT", status: 404},
		{name: "a proxy's request", target: "http://evil.example" + answer, status: 404},
		{name: "a header of a megabyte", target: answer, header: []string{"X-Long: " + strings.Repeat("a", 1<<20)}, status: 431},
		{name: "no HTTP at all", method: "\x16\x03\x01", target: "x", status: 400},
	}
}

func TestStrayRequests(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{ConsentAutomatically: true})
	for _, test := range strays() {
		t.Run(test.name, func(t *testing.T) {
			browser, ended := newBrowser(t, server), make(chan visited, 1)
			_, err := signInByBrowser(t.Context(), clientOf(t, server), gitLabAt(t, server), func(address string) {
				if status, header := test.send(t, address); status != test.status || header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("answered with %d %v, want %d", status, header, test.status)
				}
				go func() {
					page, err := browser.Visit(t.Context(), address, fakebrowser.Authorize)
					ended <- visited{page, err}
				}()
			})
			if err != nil {
				t.Error(err)
			}
			checkLastPage(t, <-ended, "You are signed in")
		})
	}
}

// send sends the request to the listener of the sign-in at address. Status 0 means that
// there was no answer.
func (s stray) send(t *testing.T, address string) (int, http.Header) {
	t.Helper()
	listener, state := listenerOf(t, address)
	connection, err := net.Dial("tcp", listener)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(time.Minute)) // for a listener that mistakes it for the answer
	_, port, _ := net.SplitHostPort(listener)
	host := strings.ReplaceAll(s.host, "PORT", port)
	if host == "" {
		host = listener
	}
	if s.method == "" {
		s.method = "GET"
	}
	lines := append([]string{s.method + " " + strings.ReplaceAll(s.target, "STATE", state) + " HTTP/1.1", "Host: " + host}, s.header...)
	// The server may reject a long header before it has read all of it.
	go fmt.Fprintf(connection, "%s\r\n\r\n", strings.Join(lines, "\r\n"))
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: s.method})
	if err != nil {
		return 0, nil
	}
	response.Body.Close()
	return response.StatusCode, response.Header
}

// listenerOf returns the host and port of the listener, and the state of the sign-in at an
// address.
func listenerOf(t *testing.T, address string) (listener, state string) {
	t.Helper()
	opened, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	redirect, err := url.Parse(opened.Query().Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	return redirect.Host, opened.Query().Get("state")
}

func TestIdleConnectionsDoNotStallTheSignIn(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{ConsentAutomatically: true})
	browser, ended := newBrowser(t, server), make(chan visited, 1)
	_, err := signInByBrowser(t.Context(), clientOf(t, server), gitLabAt(t, server), func(address string) {
		listener, _ := listenerOf(t, address)
		for range 50 {
			connection, err := net.Dial("tcp", listener)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { connection.Close() })
			fmt.Fprint(connection, "GET / HT")
		}
		go func() {
			page, err := browser.Visit(t.Context(), address, fakebrowser.Authorize)
			ended <- visited{page, err}
		}()
	})
	if err != nil {
		t.Error(err)
	}
	checkLastPage(t, <-ended, "You are signed in")
}

// TestAnswerThatIsLoadedTwice holds the exchange of the code while the browser loads the
// address again. Some browsers do that to prepare a page in advance.
func TestAnswerThatIsLoadedTwice(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{ConsentAutomatically: true})
	release := make(chan struct{})
	server.Misbehave(fakegitlab.Misbehaviour{At: fakegitlab.TokenAuthorizationCode, CarryOut: true, Hold: release})
	client := clientOf(t, server)
	asPerson := &http.Client{Transport: client.HTTP.Transport, CheckRedirect: client.HTTP.CheckRedirect}
	// load returns the address to which the browser is redirected.
	load := func(address string) string {
		response, err := asPerson.Get(address)
		if err != nil {
			t.Error(err)
			return ""
		}
		response.Body.Close()
		location, err := response.Location()
		if err != nil {
			t.Errorf("not sent on: %s", response.Status)
			return ""
		}
		return location.String()
	}
	_, err := signInByBrowser(t.Context(), client, gitLabAt(t, server), func(address string) {
		listener, _ := listenerOf(t, address)
		go func() {
			answer, loaded := load(address), make(chan string)
			for range 2 {
				go func() { loaded <- load(answer) }()
			}
			if err := server.WaitFor(t.Context(), fakegitlab.TokenAuthorizationCode, 1); err != nil {
				t.Error(err)
			}
			close(release)
			end := "http://" + listener + endPath
			for range 2 {
				if location := <-loaded; location != end {
					t.Errorf("sent on to %q", location)
				}
			}
			if response, err := asPerson.Get(end); err == nil {
				response.Body.Close()
			}
		}()
	})
	if err != nil {
		t.Error(err)
	}
}

// TestBrowserIsToldWhatBecameOfTheGrant: the browser gets no result before the grant is
// stored. The code that stores the grant does not wait for the browser before that.
func TestBrowserIsToldWhatBecameOfTheGrant(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome error
		page    string
	}{
		{"kept", nil, "You are signed in"},
		{"not kept", errors.New("the disk is full"), "You are not signed in"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startGitLab(t, fakegitlab.Options{})
			browser, ended := newBrowser(t, server), make(chan visited, 1)
			grant, tell, err := clientOf(t, server).SignInByBrowser(t.Context(), gitLabAt(t, server), func(address string) {
				go func() {
					page, err := browser.Visit(t.Context(), address, fakebrowser.Authorize)
					ended <- visited{page, err}
				}()
			})
			if err != nil || grant.AccessToken.IsEmpty() {
				t.Fatalf("grant %v, %v", grant, err)
			}
			select {
			case early := <-ended:
				t.Errorf("the browser was told before: %+v", early)
			default:
			}
			tell(t.Context(), test.outcome)
			checkLastPage(t, <-ended, test.page)
		})
	}
}

func TestSignInByBrowserEndsWithTheContext(t *testing.T) {
	late := errors.New("nobody came in time")
	ctx, cancel := context.WithCancelCause(t.Context())
	var listener string
	_, err := signInByBrowser(ctx, Client{}, testProvider(), func(address string) {
		listener, _ = listenerOf(t, address)
		cancel(late)
	})
	if err != late {
		t.Errorf("error %v", err)
	}
	if connection, err := net.Dial("tcp", listener); err == nil {
		connection.Close()
		t.Error("somebody still listens")
	}
}

func TestPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	provider := testProvider()
	provider.RedirectURL = "http://" + taken.Addr().String() + "/"
	_, err = signInByBrowser(t.Context(), Client{}, provider, func(string) { t.Error("asked the person") })
	if err == nil || !strings.Contains(err.Error(), provider.RedirectURL) || !strings.Contains(err.Error(), "in use") {
		t.Errorf("error %v", err)
	}
}

func TestCallbackOnPort80(t *testing.T) {
	for _, test := range []struct {
		name     string
		redirect string
		host     string
		mine     bool
	}{
		{"browsers leave the port out", "http://127.0.0.1:80/", "127.0.0.1", true},
		{"and need not", "http://127.0.0.1:80/", "127.0.0.1:80", true},
		{"no other port can be left out", "http://127.0.0.1:8080/", "127.0.0.1", false},
		{"another host", "http://127.0.0.1:80/", "evil.example", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			redirect, err := url.Parse(test.redirect)
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest("GET", "/?state=s&code=c", nil)
			request.Host = test.host
			if answered := answerOf(redirect, request); (answered == http.StatusSeeOther) != test.mine {
				t.Errorf("answered with %d", answered)
			}
		})
	}
}

// answerOf returns how the listener of the attempt with the state "s" answers when the
// sign-in has a result.
func answerOf(redirect *url.URL, request *http.Request) (status int) {
	c := &callback{redirect: redirect, answers: make(chan url.Values, 1), decided: make(chan struct{}), shown: make(chan struct{}, 1)}
	close(c.decided)
	recorder := httptest.NewRecorder()
	c.handler(attempt{state: "s"}.matches).ServeHTTP(recorder, request)
	return recorder.Code
}

func FuzzCallback(f *testing.F) {
	for _, seed := range []string{
		"state=s&code=c", "state=s&error=access_denied&error_description=no", "state=s&code=c&iss=https://gitlab.example.com",
		"state=s&state=s&code=c", "state=s&code=c&code=d", "state=s&code=c&error=e", "state=s&code=", "state=S&code=c", "code=c",
		"state=s;code=c", "state=%73&code=%63", "STATE=s&code=c", "state=s%00&code=c", "%", "",
	} {
		f.Add(seed)
	}
	redirect := &url.URL{Scheme: "http", Host: "127.0.0.1:4000", Path: "/"}
	f.Fuzz(func(t *testing.T, query string) {
		request := httptest.NewRequest("GET", "http://127.0.0.1:4000/", nil)
		request.URL.RawQuery = query
		status := answerOf(redirect, request)
		// What net/url cannot parse is ignored.
		read, _ := url.ParseQuery(query)
		given := len(read["code"]) + len(read["error"])
		good := len(read["state"]) == 1 && read["state"][0] == "s" && len(read["iss"]) <= 1 &&
			given == 1 && read.Get("code")+read.Get("error") != ""
		if good != (status == http.StatusSeeOther) || !good && status != http.StatusNotFound {
			t.Errorf("%q is answered with %d", query, status)
		}
	})
}
