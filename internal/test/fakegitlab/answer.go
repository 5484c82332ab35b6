package fakegitlab

import (
	"encoding/json"
	"net/http"
)

// oauthError is an error answer of RFC 6749 section 5.2.
type oauthError struct {
	status      int
	code        string
	description string
	interval    int // of a slow_down, in seconds; 0 for none
}

// invalidGrantText is the same for every invalid grant, as in GitLab.
const invalidGrantText = "The authorization grant is invalid, expired, revoked, was issued to another client, or belongs to another redirection URI."

func invalidGrant() *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: "invalid_grant", description: invalidGrantText}
}

func invalidClient() *oauthError {
	return &oauthError{status: http.StatusUnauthorized, code: "invalid_client", description: "The client is unknown, or its secret is wrong or missing."}
}

func invalidRequest(description string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: "invalid_request", description: description}
}

// answerError answers with GitLab's JSON for an error.
func answerError(w http.ResponseWriter, failure *oauthError) {
	if failure.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Doorkeeper", error="`+failure.code+`"`)
	}
	body := map[string]any{"error": failure.code, "error_description": failure.description}
	if failure.interval != 0 {
		body["interval"] = failure.interval
	}
	answerJSON(w, failure.status, body)
}

// answerJSON answers with a body that no cache may store (RFC 6749 section 5.1).
func answerJSON(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// answerText answers with one line.
func answerText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n"))
}
