package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/oauthflow"
)

// newTrace returns where each decision is written, a line of key=value pairs
// each: to stderr where DOORKEY_TRACE is "1" or "true", to the end of a file
// where it is an absolute path, else nowhere. A secret.Text shows as "[secret]"
// in it, and addresses are written without their queries.
func newTrace(named string, stderr io.Writer) (*slog.Logger, error) {
	switch {
	case !gitconfig.IsTrue(named):
		return slog.New(slog.DiscardHandler), nil
	case filepath.IsAbs(named):
		file, err := os.OpenFile(named, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return slog.New(slog.DiscardHandler), fmt.Errorf("DOORKEY_TRACE: %v", err)
		}
		stderr = file
	case named != "1" && named != "true":
		return slog.New(slog.DiscardHandler), fmt.Errorf("DOORKEY_TRACE is %q: it must be 1, or the absolute path of a file", named)
	}
	handler := slog.NewTextHandler(stderr, &slog.HandlerOptions{ReplaceAttr: withoutLevel})
	return slog.New(handler).With("process", os.Getpid()), nil
}

// withoutLevel leaves out what is the same in every line.
func withoutLevel(_ []string, attribute slog.Attr) slog.Attr {
	if attribute.Key == slog.LevelKey {
		return slog.Attr{}
	}
	return attribute
}

// took is how long something has taken, as the last attribute of its line.
func (d *doorkey) took(begun time.Time) slog.Attr {
	return slog.Duration("took", d.now().Sub(begun))
}

// outcome is how something ended.
func outcome(err error) slog.Attr {
	if err == nil {
		return slog.String("outcome", "good")
	}
	return slog.String("outcome", err.Error())
}

// traced writes what is asked of servers.
type traced struct {
	next http.RoundTripper
	*doorkey
}

// isTraced reports whether anything is written.
func (d *doorkey) isTraced() bool { return d.trace.Handler() != slog.DiscardHandler }

// traceHTTP has a client's requests traced, where anything is.
func (d *doorkey) traceHTTP(client oauthflow.Client) oauthflow.Client {
	if d.isTraced() {
		client.HTTP.Transport = traced{client.HTTP.Transport, d}
	}
	return client
}

func (t traced) RoundTrip(request *http.Request) (*http.Response, error) {
	begun := t.now()
	response, err := t.next.RoundTrip(request)
	status := 0
	if err == nil {
		status = response.StatusCode
	}
	t.trace.Info("http", "method", request.Method, "host", request.URL.Host, "path", request.URL.Path, "status", status, outcome(err), t.took(begun))
	return response, err
}

// CloseIdleConnections is what http.Client looks for by this name.
func (t traced) CloseIdleConnections() {
	if closer, can := t.next.(interface{ CloseIdleConnections() }); can {
		closer.CloseIdleConnections()
	}
}
