package helper

import (
	"net/url"
	"strings"

	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
)

// Question is a request and what it comes to.
type Question struct {
	credential.Request
	Origin string
	Label  string // the account that is meant: the user name, "" for the default one

	// refused is the fingerprint of the token that doorkey gave git earlier in
	// this command and that the server has refused; "" for none.
	refused string
}

// QuestionOf reads a question out of a request. It has no origin where there is
// nobody to answer for.
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

// stateMark begins the state that doorkey gives git to bring back if the server
// refuses its answer (state[], git 2.46). Another helper's state is ignored.
const stateMark = "doorkey:1:"

// stateOf says which token an answer had, and whose. The fingerprint tells
// other helpers, to whom git shows it too, nothing of the token.
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

// shownLabel is the question's label as it may be shown and written.
func (q Question) shownLabel() string {
	if secret.IsTokenName(q.Label) {
		return "[secret]"
	}
	return q.Label
}
