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

// callback is the loopback address that the browser comes back to (RFC 8252
// section 7.3). It takes the one request that fits the attempt; all others are
// answered 404 and change nothing, be they a favicon, a page that guesses, or
// a name that was made to point here (DNS rebinding).
type callback struct {
	redirect *url.URL // with its port
	host     string   // of the server, which the last page names
	listener net.Listener
	server   *http.Server
	answers  chan url.Values // the parameters of the fitting request
	decided  chan struct{}   // closed when outcome is known
	outcome  error
	shown    chan struct{} // the last page has been sent
}

// listenFor binds the address of a provider's redirect URL.
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

// listen binds the address of a redirect URL, once: to its port, or to any.
func listen(redirect string) (*callback, error) {
	address, err := url.Parse(redirect)
	if err != nil {
		return nil, err
	}
	host, port := address.Hostname(), address.Port()
	if host == "localhost" {
		host = "127.0.0.1" // browsers try it for this name, too
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

// endPath is where the browser is sent at the end, so that the code does not
// stay in the address bar and the history.
const endPath = "/doorkey-signed-in"

// serve starts answering. Its limits keep idle connections and endless headers
// from holding the sign-in up.
func (c *callback) serve(matches func(url.Values) bool) {
	c.server = &http.Server{
		Handler: c.handler(matches), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0), // what strangers send is not for the terminal
	}
	go c.server.Serve(c.listener)
}

func (c *callback) handler(matches func(url.Values) bool) http.Handler {
	// No http.ServeMux: it answers a path that is not clean with a redirect.
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

// onlyMine refuses every request that is not a plain GET to this very address.
func (c *callback) onlyMine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || withoutPort80(r.Host) != withoutPort80(c.redirect.Host) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withoutPort80 gives a Host as browsers send it: without the port that http
// has anyway.
func withoutPort80(host string) string { return strings.TrimSuffix(host, ":80") }

func (c *callback) isMine(r *http.Request) bool {
	return r.URL.Path == c.redirect.Path || r.URL.Path == "/" && c.redirect.Path == ""
}

// take hands the first fitting answer to wait. A person who loads the address
// again while the code is being redeemed is shown the same end.
func (c *callback) take(answer url.Values) {
	select {
	case c.answers <- answer:
	default:
	}
}

// wait returns the parameters of the fitting request.
func (c *callback) wait(ctx context.Context) (url.Values, error) {
	select {
	case answer := <-c.answers:
		return answer, nil
	case <-ctx.Done():
	}
	select {
	case answer := <-c.answers:
		return answer, nil // in time, by a hair
	default:
		return nil, context.Cause(ctx)
	}
}

// lastPagePatience is how long the last page waits to be fetched. A browser that
// is still there does so at once; one on a busy machine, a little later.
const lastPagePatience = 10 * time.Second

// Tell shows the browser the last page of a sign-in: that it succeeded, or that
// something went wrong if there is an outcome. It returns when the browser has
// fetched the page, after ten seconds, or when ctx ends, and is to be called once.
type Tell func(ctx context.Context, outcome error)

// handOver returns a grant, and the browser that has brought it to whoever keeps
// the grant. A failure it tells the browser itself.
func (c *callback) handOver(ctx context.Context, grant Grant, err error) (Grant, Tell, error) {
	if err != nil {
		c.finish(ctx, err)
		return Grant{}, nil, err
	}
	return grant, c.finish, nil
}

// finish tells the browser how the sign-in ended, gives it time to fetch that
// page, and ends the server.
func (c *callback) finish(ctx context.Context, outcome error) {
	defer c.close()
	c.outcome = outcome
	close(c.decided)
	select {
	case <-c.shown:
	case <-time.After(lastPagePatience):
	case <-ctx.Done():
	}
}

// showEnd sends the last page, whole, before it says so: the server is closed
// right after.
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

// close ends the server, and the listener in case the server has not got to it.
func (c *callback) close() {
	c.server.Close()
	c.listener.Close()
}
