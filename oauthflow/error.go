package oauthflow

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Error is an error answer of an OAuth server (RFC 6749 sections 4.1.2.1 and
// 5.2, RFC 8628 section 3.5).
type Error struct {
	Code        string // "invalid_grant", "access_denied", …; "" if it sent none
	Description string // for people; one line, which comes from outside
	Status      int    // of the HTTP answer; 0 for an error in a redirect

	retryAfter time.Duration // RFC 9110 section 10.2.3
	interval   time.Duration // what a slow_down asks for, as on GitHub; 0 for none
}

// Error returns what the server said, as far as it may be shown.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("the server answered ")
	switch {
	case e.Code != "":
		fmt.Fprintf(&text, "%q", e.Code)
	default:
		fmt.Fprintf(&text, "with HTTP status %d", e.Status)
	}
	if e.Description != "" {
		fmt.Fprintf(&text, " (%s)", e.Description)
	}
	return text.String()
}

// Is reports whether err is an answer of the server with the given error code.
func Is(err error, code string) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.Code == code
}

// IsLasting reports whether err is an answer that the same request is likely to get
// again, unlike that of a server that is failing or busy.
func IsLasting(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && !isTemporary(err)
}

// newError reads the error of an answer to a form.
func newError(response *http.Response, answer fields, form url.Values) *Error {
	interval, _ := answer.seconds("interval")
	shown := func(name string) string {
		return oneLine(withoutHeaders(withoutSecrets(answer.text(name), form), response.Request))
	}
	description := shown("error_description")
	if elsewhere := redirectOf(response); elsewhere != "" {
		description = "it redirects to " + elsewhere + ", like a gateway in front of it would"
	}
	return &Error{
		Code: shown("error"), Status: response.StatusCode, Description: oneLine(description),
		retryAfter: readRetryAfter(response.Header.Get("Retry-After")), interval: min(interval, longestInterval),
	}
}

// withoutSecrets removes the secrets of a form from a text of the server, whose message
// may repeat them or the whole form.
func withoutSecrets(text string, form url.Values) string {
	for _, name := range []string{"client_secret", "code", "code_verifier", "device_code", "refresh_token", "token"} {
		if sent := form.Get(name); sent != "" {
			text = strings.NewReplacer(sent, "[secret]", url.QueryEscape(sent), "[secret]").Replace(text)
		}
	}
	return text
}

// longestText is how many characters of a text from outside are shown.
const longestText = 300

// oneLine shortens a text from outside and prevents it from adding lines to a message.
func oneLine(text string) string {
	characters := []rune(strings.Join(strings.Fields(text), " "))
	if len(characters) > longestText {
		return string(characters[:longestText]) + "…"
	}
	return string(characters)
}

// longestRetryAfter limits how long a server may delay a poll.
const longestRetryAfter = 2 * time.Minute

// readRetryAfter reads seconds or a date; it returns 0 for anything else.
func readRetryAfter(header string) time.Duration {
	var wait time.Duration
	if date, err := http.ParseTime(header); err == nil {
		wait = time.Until(date)
	} else if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	}
	return min(max(wait, 0), longestRetryAfter)
}

// adviseScope adds a hint if the server allows only one grant for each user and
// application, with the scopes of the first sign-in. Gitea and Forgejo return a
// "server_error" then (routers/web/auth/oauth2_provider.go).
func (p Provider) adviseScope(err *Error) error {
	if err.Code != "server_error" || !strings.Contains(err.Description, "different scope") {
		return err
	}
	page := GrantsPage(p.Kind, p.TokenURL)
	if page == "" {
		page = "the server's page for applications"
	}
	return fmt.Errorf("%w\nyou signed in to this application with different scopes before; revoke its access on %s, then sign in again", err, page)
}

// adviseClient adds a hint if the server does not know the application.
func adviseClient(err error) error {
	switch {
	case Is(err, "invalid_client"), Is(err, "unauthorized_client"):
		return fmt.Errorf("%w\nthe application ID is wrong, or \"Confidential\" is ticked on the application's page; untick it, or set oauthClientSecret", err)
	case Is(err, "incorrect_client_credentials"): // GitHub
		return fmt.Errorf("%w\nthe application ID is wrong, or the secret is wrong or missing; set oauthClientSecret", err)
	}
	return err
}
