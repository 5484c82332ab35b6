package oauthflow

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Limits for a server that may be unreachable.
const (
	requestTime    = 30 * time.Second // for one request
	longestBackoff = 60 * time.Second
)

// send posts a form with its own time limit, so that one lost packet does not use up the
// whole sign-in.
func (s *deviceSignIn) send(ctx context.Context, endpoint string, form url.Values) (fields, error) {
	limited, cancel := context.WithTimeoutCause(ctx, requestTime, errNoAnswer)
	defer cancel()
	answer, err := s.client.post(limited, s.provider, endpoint, form)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if isLostConnection(err) {
		// The network may have changed, so that an idle connection leads nowhere.
		s.client.HTTP.CloseIdleConnections()
	}
	return answer, err
}

// isTemporary reports whether a failure says nothing about the code.
func isTemporary(err error) bool {
	var answer *Error
	if errors.As(err, &answer) {
		return answer.Status >= 500 || answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusRequestTimeout
	}
	return isLostConnection(err)
}

// isLostConnection excludes failures that time does not fix: a certificate that is not
// trusted, and an answer without an end.
func isLostConnection(err error) bool {
	var explained *ConnectionError
	if errors.As(err, &explained) {
		return !explained.Lasting
	}
	var connection *url.Error
	var certificate *tls.CertificateVerificationError
	var endless *http.MaxBytesError
	return errors.As(err, &connection) && !errors.As(err, &certificate) && !errors.As(err, &endless)
}

// pause returns the time until the next request: the interval, doubled after every
// failure in a row (RFC 8628 section 3.5), and longer if the server asks for it.
func (s *deviceSignIn) pause(failures int, last error) time.Duration {
	pause := s.interval
	if failures > 0 {
		pause = max(pause, min(pause<<min(failures, 6), longestBackoff))
	}
	var answer *Error
	if errors.As(last, &answer) {
		pause = max(pause, answer.retryAfter)
	}
	return pause
}

// sleep returns the cause of ctx if ctx ends first.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}
