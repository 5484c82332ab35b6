// Package trace writes what doorkey decided, based on which facts, and how long it took.
package trace

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

// New returns where each decision is written, a line of key=value pairs each: to stderr where DOORKEY_TRACE is "1" or "true", to the end of a file
// where it is an absolute path, else nowhere. A secret.Text shows as "[secret]"
// in it, and addresses are written without their queries.
func New(named string, stderr io.Writer) (*slog.Logger, error) {
	switch {
	case gitconfig.IsFalse(named):
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

// withoutLevel drops what is the same in every line.
func withoutLevel(_ []string, attribute slog.Attr) slog.Attr {
	if attribute.Key == slog.LevelKey {
		return slog.Attr{}
	}
	return attribute
}

// IsOn reports whether anything is written.
func IsOn(log *slog.Logger) bool { return log.Handler() != slog.DiscardHandler }

// Took returns how long something took, as the last attribute of its line.
func Took(begun time.Time) slog.Attr { return slog.Duration("took", time.Since(begun)) }

// Outcome returns how something ended.
func Outcome(err error) slog.Attr {
	if err == nil {
		return slog.String("outcome", "good")
	}
	return slog.String("outcome", err.Error())
}

// HTTP returns the client with its requests traced, if anything is written.
func HTTP(log *slog.Logger, client oauthflow.Client) oauthflow.Client {
	if IsOn(log) {
		client.HTTP.Transport = traced{client.HTTP.Transport, log}
	}
	return client
}

// traced writes the requests to servers.
type traced struct {
	next http.RoundTripper
	log  *slog.Logger
}

// RoundTrip sends a request and writes a line about it.
func (t traced) RoundTrip(request *http.Request) (*http.Response, error) {
	begun := time.Now()
	response, err := t.next.RoundTrip(request)
	status := 0
	if err == nil {
		status = response.StatusCode
	}
	t.log.Info("http", "method", request.Method, "host", request.URL.Host, "path", request.URL.Path, "status", status, Outcome(err), Took(begun))
	return response, err
}

// CloseIdleConnections is the method that http.Client looks for.
func (t traced) CloseIdleConnections() {
	if closer, can := t.next.(interface{ CloseIdleConnections() }); can {
		closer.CloseIdleConnections()
	}
}
