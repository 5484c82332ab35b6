package oauthflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/oauth2"
)

// Error is an error answer of an OAuth server (RFC 6749 sections 4.1.2.1 and
// 5.2, RFC 8628 section 3.5).
type Error struct {
	Code        string // "invalid_grant", "access_denied", …; "" if it sent none
	Description string // for people; it comes from outside
	Status      int    // of the HTTP answer; 0 for one that came by redirect
}

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

// Is reports whether err is a server's answer with the given error code.
func Is(err error, code string) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.Code == code
}

// typed turns an error of package oauth2, whose text has the whole answer of
// the server in it, into one that says what people need.
func typed(err error) error {
	var retrieve *oauth2.RetrieveError
	if !errors.As(err, &retrieve) {
		return err
	}
	answer := &Error{Code: retrieve.ErrorCode, Description: retrieve.ErrorDescription, Status: retrieve.Response.StatusCode}
	if answer.Code == "" {
		// The library reads the error of an answer only where its content type
		// says JSON or form; some proxies say neither.
		var body struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}
		if json.Unmarshal(retrieve.Body, &body) == nil {
			answer.Code, answer.Description = body.Error, body.Description
		}
	}
	return answer
}
