package helper

import (
	"net/url"
	"strings"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
)

// Question is a request and its interpretation.
type Question struct {
	credential.Request
	Origin string
	Label  string // the requested account: the user name, "" for the default one

	// refused is the fingerprint of the token that doorkey returned to git earlier in
	// this command and that the server rejected; "" for none.
	refused string
}

// QuestionOf interprets a request. The result has no origin if doorkey cannot answer for
// it.
func QuestionOf(request credential.Request) Question {
	request = request.Decoded()
	q := Question{Request: request, Origin: request.Origin(), Label: request.Username}
	for _, state := range request.State {
		if refused, label, ours := parseState(state); ours {
			q.refused, q.Label = refused, label
		}
	}
	return q
}

// stateMark begins the state that git passes back to doorkey if the server rejects its
// answer (state[], git 2.46). doorkey ignores the state of other helpers.
const stateMark = "doorkey:1:"

// stateOf identifies the token in an answer, and its account. Git also shows it to other
// helpers; the fingerprint reveals nothing about the token.
func stateOf(e Entry) string {
	return stateMark + e.Secrets.AccessToken.Fingerprint() + ":" + url.QueryEscape(e.Account.Username)
}

// parseState is the inverse of stateOf.
func parseState(state string) (fingerprint, label string, ours bool) {
	rest, ours := strings.CutPrefix(state, stateMark)
	if !ours {
		return "", "", false
	}
	fingerprint, escaped, ours := strings.Cut(rest, ":")
	label, err := url.QueryUnescape(escaped)
	return fingerprint, label, ours && err == nil
}

// shownLabel returns the question's label in a form that may be shown and written.
func (q Question) shownLabel() string {
	if secret.IsTokenName(q.Label) {
		return "[secret]"
	}
	return q.Label
}
