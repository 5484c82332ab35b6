package fakegitlab

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testState    = "0123456789abcdef"
	testRedirect = "http://127.0.0.1:40000/"
)

// testVerifier is a PKCE code verifier.
var testVerifier = strings.Repeat("v", 43)

// start starts a server that ends with the test. A directory is added to the
// options.
func start(t *testing.T, options Options) *Server {
	t.Helper()
	options.Directory = t.TempDir()
	server, err := Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

// wantProblem fails the test unless there is exactly one problem that contains the
// text; "" means no problem.
func wantProblem(t *testing.T, server *Server, text string) {
	t.Helper()
	problems := server.Problems()
	if text == "" && len(problems) > 0 {
		t.Errorf("problems: %q", problems)
	}
	if text != "" && (len(problems) != 1 || !strings.Contains(problems[0], text)) {
		t.Errorf("problems are %q, want one with %q", problems, text)
	}
}

// newClient returns a client that trusts the server and follows no redirect.
func newClient(t *testing.T, server *Server) *http.Client {
	t.Helper()
	content, err := os.ReadFile(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content) {
		t.Fatal("no certificate in the CA file")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true, DisableCompression: true}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// newRequest returns a request; it contains the form if that is not nil.
func newRequest(t *testing.T, method, address string, form url.Values) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", formType)
	}
	return request
}

// send sends a request and returns the answer and its body.
func send(t *testing.T, server *Server, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := newClient(t, server).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// post sends a form and returns the status and the JSON of the answer.
func post(t *testing.T, server *Server, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	response, body := send(t, server, newRequest(t, "POST", server.URL()+path, form))
	var answer map[string]any
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%d: %v in %q", response.StatusCode, err, body)
	}
	return response.StatusCode, answer
}

// authorizeRequest returns the parameters of a valid authorization request.
func authorizeRequest() url.Values {
	hash := sha256.Sum256([]byte(testVerifier))
	return url.Values{
		"client_id": {DefaultClientID}, "redirect_uri": {testRedirect}, "response_type": {"code"},
		"scope": {"read_repository write_repository"}, "state": {testState},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(hash[:])}, "code_challenge_method": {"S256"},
	}
}

// signIn returns a new authorization code of a server that consents
// automatically.
func signIn(t *testing.T, server *Server, parameters url.Values) string {
	t.Helper()
	response, body := send(t, server, newRequest(t, "GET", server.URL()+"/oauth/authorize?"+parameters.Encode(), nil))
	address, err := response.Location()
	if err != nil {
		t.Fatalf("%d: %v\n%s", response.StatusCode, err, body)
	}
	return address.Query().Get("code")
}

// codeForm returns a valid token request for a code.
func codeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {DefaultClientID},
		"code": {code}, "redirect_uri": {testRedirect}, "code_verifier": {testVerifier}}
}

// refreshForm returns a valid token request for a refresh token.
func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {DefaultClientID}, "refresh_token": {token}}
}

// with returns a copy of parameters with one of them changed; without a value, it is
// removed.
func with(parameters url.Values, name string, values ...string) url.Values {
	changed := url.Values{}
	for key, value := range parameters {
		changed[key] = slices.Clone(value)
	}
	changed[name] = values
	if len(values) == 0 {
		delete(changed, name)
	}
	return changed
}

// clock is a clock that moves only when a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_700_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(duration time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(duration)
}
