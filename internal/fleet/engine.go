package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// engine sends requests to one engine.
type engine struct {
	client *http.Client
	base   string        // its URL, without a slash at the end
	time   time.Duration // limits one read or swap, including repeated requests
	// authorize adds the credential. It is called for each request: token files are
	// replaced while a process runs.
	authorize func(ctx context.Context, header http.Header) error
}

// answer is an answer of the engine, with any status.
type answer struct {
	status int
	body   []byte
	now    time.Time // by the engine's clock
}

const (
	requestTime = 8 * time.Second // the default of Access.Time
	largestBody = 1 << 20         // bytes
	longestWait = 2 * time.Second // before a request is sent again, whatever Retry-After says
)

// limited returns the context of one read or swap.
func (e *engine) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, e.time, errors.New("no answer within "+e.time.String()))
}

// send sends a request, and repeats it after 429 and 5xx: an engine that a thousand
// machines ask at the same time answers like that to some of them. A body is sent as
// JSON.
func (e *engine) send(ctx context.Context, method, path, contentType string, body any) (answer, error) {
	content, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := e.limited(ctx)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, longestWait) {
		a, wait, err := e.sendOnce(ctx, method, path, contentType, content)
		if err != nil || a.status != http.StatusTooManyRequests && a.status < 500 {
			return a, err
		}
		wait = jittered(min(max(wait, pause), longestWait))
		if deadline, _ := ctx.Deadline(); time.Now().Add(wait).After(deadline) {
			return a, fmt.Errorf("status %d: %s", a.status, a.text())
		}
		sleep(ctx, wait)
	}
}

func (e *engine) sendOnce(ctx context.Context, method, path, contentType string, content []byte) (a answer, wait time.Duration, err error) {
	var sent io.Reader
	if method != http.MethodGet {
		sent = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(ctx, method, e.base+path, sent)
	if err != nil {
		return answer{}, 0, err
	}
	if sent != nil {
		request.Header.Set("Content-Type", contentType)
	}
	if e.authorize != nil {
		if err := e.authorize(ctx, request.Header); err != nil {
			return answer{}, 0, err
		}
	}
	response, err := e.client.Do(request)
	if err != nil {
		return answer{}, 0, err
	}
	defer response.Body.Close()
	a = answer{status: response.StatusCode}
	if a.body, err = io.ReadAll(io.LimitReader(response.Body, largestBody)); err != nil {
		return answer{}, 0, err
	}
	if a.status >= http.StatusBadRequest {
		a.body = hideSecrets(a.body, request.Header)
	}
	if a.now, err = http.ParseTime(response.Header.Get("Date")); err != nil {
		return answer{}, 0, errors.New("its answer has no Date header, which doorkey needs")
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return a, time.Duration(seconds) * time.Second, nil
}

// hideSecrets removes the token of the request from an error message of the engine,
// which is shown.
func hideSecrets(said []byte, asked http.Header) []byte {
	for _, name := range []string{"Authorization", "X-Vault-Token"} {
		if token := strings.TrimPrefix(asked.Get(name), "Bearer "); token != "" {
			said = bytes.ReplaceAll(said, []byte(token), []byte("[secret]"))
		}
	}
	return said
}

// decode decodes the answer.
func (a answer) decode(into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("its answer (status %d) is not JSON of this kind of engine; check the address", a.status)
	}
	return nil
}

// text returns the beginning of an error message of the engine.
func (a answer) text() string {
	const longest = 300
	text := bytes.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, bytes.TrimSpace(a.body))
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

// refused returns ErrRefused with the engine's message, or an error about an unexpected
// status.
func (a answer) refused(wayOut string) error {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return fmt.Errorf("%w: status %d: %s\n%s", ErrRefused, a.status, a.text(), wayOut)
	}
	return fmt.Errorf("status %d: %s", a.status, a.text())
}

// bearer authorizes by a token in a header, as Kubernetes and Vault require.
func bearer(name, prefix string, token func() (secret.Text, error)) func(context.Context, http.Header) error {
	return func(_ context.Context, header http.Header) error {
		value, err := token()
		if err != nil {
			return fmt.Errorf("%w: %v", ErrRefused, err)
		}
		header.Set(name, prefix+value.Reveal())
		return nil
	}
}
