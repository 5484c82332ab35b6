package main

import (
	"net/url"
	"strings"

	"git-credential-doorkey/credential"
)

// question is a request and what it comes to.
type question struct {
	credential.Request
	origin string
	label  string // the account that is meant: the user name, "" for the default one

	// refused is the fingerprint of the token that doorkey gave git earlier in
	// this command and that the server has refused; "" for none.
	refused string
}

// questionOf reads a question out of a request. It has no origin where there is
// nobody to answer for.
func questionOf(request credential.Request) question {
	request = request.Decoded()
	q := question{Request: request, origin: request.Origin(), label: request.Username}
	for _, state := range request.State {
		if refused, label, ours := parseState(state); ours {
			q.refused, q.label = refused, label
		}
	}
	return q
}

// stateMark begins the state that doorkey gives git to bring back if the server
// refuses its answer (state[], git 2.46). Another helper's state is ignored.
const stateMark = "doorkey:1:"

// stateOf says which token an answer had, and whose. The fingerprint tells
// other helpers, to whom git shows it too, nothing of the token.
func stateOf(e entry) string {
	return stateMark + e.secrets.AccessToken.Fingerprint() + ":" + url.QueryEscape(e.account.Username)
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
