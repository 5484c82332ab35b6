package oauthflow

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// callback is the loopback address that the browser is redirected to (RFC 8252 section
// 7.3). It accepts only the one request that matches the attempt. All others get a 404
// and change nothing: a request for a favicon, a page that guesses, or a name that was
// made to point here (DNS rebinding).
type callback struct {
	redirect *url.URL // with the port
	host     string   // of the server, which the last page names
	listener net.Listener
	server   *http.Server
	answers  chan url.Values // the parameters of the matching request
	decided  chan struct{}   // closed when the outcome is known
	outcome  error
	shown    chan struct{} // the last page has been sent
}

// listenFor listens on the address of a provider's redirect URL.
func listenFor(provider Provider) (*callback, error) {
	server, err := url.Parse(provider.AuthURL)
	if err != nil {
		return nil, err
	}
	c, err := listen(provider.RedirectURL)
	if err == nil {
		c.host = server.Host
	}
	return c, err
}

// listen listens on the address of a redirect URL, for one sign-in: on its port, or on
// any.
func listen(redirect string) (*callback, error) {
	address, err := url.Parse(redirect)
	if err != nil {
		return nil, err
	}
	host, port := address.Hostname(), address.Port()
	if host == "localhost" {
		host = "127.0.0.1" // browsers also try it for this name
	}
	anyPort := port == "" || port == "0"
	if anyPort {
		port = "0"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("cannot listen for the browser at %q: %v", redirect, err)
	}
	if anyPort {
		_, port, _ = net.SplitHostPort(listener.Addr().String())
		address.Host = net.JoinHostPort(host, port)
	}
	return &callback{
		redirect: address, listener: listener,
		answers: make(chan url.Values, 1), decided: make(chan struct{}), shown: make(chan struct{}, 1),
	}, nil
}

// endPath is where the browser is redirected at the end, so that the code does not stay
// in the address bar and the history.
const endPath = "/doorkey-signed-in"

// serve starts the server. Its limits prevent idle connections and endless headers from
// delaying the sign-in.
func (c *callback) serve(matches func(url.Values) bool) {
	c.server = &http.Server{
		Handler: c.handler(matches), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0), // the terminal must not show what strangers send
	}
	go c.server.Serve(c.listener)
}

func (c *callback) handler(matches func(url.Values) bool) http.Handler {
	// No http.ServeMux: it redirects paths that are not clean.
	return c.onlyMine(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := r.URL.Query()
		switch {
		case r.URL.Path == endPath:
			c.showEnd(w, r)
		case c.isMine(r) && matches(answer):
			c.take(answer)
			select {
			case <-c.decided:
				http.Redirect(w, r, endPath, http.StatusSeeOther)
			case <-r.Context().Done():
			}
		default:
			http.NotFound(w, r)
		}
	}))
}

// onlyMine rejects every request that is not a plain GET to this address.
func (c *callback) onlyMine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || withoutPort80(r.Host) != withoutPort80(c.redirect.Host) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withoutPort80 returns a Host header as browsers send it: without the default port of
// http.
func withoutPort80(host string) string { return strings.TrimSuffix(host, ":80") }

func (c *callback) isMine(r *http.Request) bool {
	return r.URL.Path == c.redirect.Path || r.URL.Path == "/" && c.redirect.Path == ""
}

// take passes the first matching answer to wait. If the user loads the address again
// while the code is being exchanged, the same last page is shown.
func (c *callback) take(answer url.Values) {
	select {
	case c.answers <- answer:
	default:
	}
}

// wait returns the parameters of the matching request.
func (c *callback) wait(ctx context.Context) (url.Values, error) {
	select {
	case answer := <-c.answers:
		return answer, nil
	case <-ctx.Done():
	}
	select {
	case answer := <-c.answers:
		return answer, nil // just in time
	default:
		return nil, context.Cause(ctx)
	}
}

// lastPageTimeout is how long to wait for the browser to load the last page. A browser
// that is still open does so at once, or a little later on a busy machine.
const lastPageTimeout = 10 * time.Second

// Tell shows the last page of a sign-in in the browser: success if outcome is nil, or
// that something went wrong. It returns when the browser has loaded the page, after ten
// seconds, or when ctx ends. Call it once.
type Tell func(ctx context.Context, outcome error)

// handOver returns a grant and the function that tells the browser the result. It
// reports a failure to the browser itself.
func (c *callback) handOver(ctx context.Context, grant Grant, err error) (Grant, Tell, error) {
	if err != nil {
		c.finish(ctx, err)
		return Grant{}, nil, err
	}
	return grant, c.finish, nil
}

// finish tells the browser how the sign-in ended, gives it time to load that page, and
// stops the server.
func (c *callback) finish(ctx context.Context, outcome error) {
	defer c.close()
	c.outcome = outcome
	close(c.decided)
	select {
	case <-c.shown:
	case <-time.After(lastPageTimeout):
	case <-ctx.Done():
	}
}

// showEnd sends the whole last page before it signals that: the server is closed right
// afterwards.
func (c *callback) showEnd(w http.ResponseWriter, r *http.Request) {
	select {
	case <-c.decided:
	default:
		http.NotFound(w, r)
		return
	}
	writePage(w, c.host, c.outcome)
	http.NewResponseController(w).Flush()
	select {
	case c.shown <- struct{}{}:
	default:
	}
}

// close stops the server, and closes the listener in case the server has not used it
// yet.
func (c *callback) close() {
	c.server.Close()
	c.listener.Close()
}
