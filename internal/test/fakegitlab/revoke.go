package fakegitlab

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// answerRevoke revokes a grant (RFC 7009). The answer for an unknown token is the
// same.
func (s *Server) answerRevoke(w http.ResponseWriter, q *request) {
	if !s.knowsClient(q) {
		answerError(w, &oauthError{status: http.StatusForbidden, code: "unauthorized_client", description: "You are not authorized to revoke this token"})
		return
	}
	s.grants.revoke(q.parameters.Get("token"))
	answerJSON(w, http.StatusOK, map[string]any{})
}

// answerTokenInfo describes the access token of the request.
func (s *Server) answerTokenInfo(w http.ResponseWriter, q *request) {
	token, _ := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	pair, failure := s.grants.look(token)
	if failure != "" {
		answerError(w, &oauthError{status: http.StatusUnauthorized, code: "invalid_token", description: "The access token is " + failure + "."})
		return
	}
	left := pair.created.Add(s.options.AccessTokenLifetime).Sub(s.options.Now())
	answerJSON(w, http.StatusOK, map[string]any{
		"resource_owner_id": 1,
		"scope":             pair.scopes,
		"expires_in":        int(left / time.Second),
		"application":       map[string]string{"uid": s.ClientID()},
		"created_at":        pair.created.Unix(),
	})
}

// answerUser returns the user of the access token, if its scopes allow that.
func (s *Server) answerUser(w http.ResponseWriter, q *request) {
	token, _ := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	pair, failure := s.grants.look(token)
	isEnough := func(scope string) bool { return slices.Contains([]string{"read_user", "read_api", "api"}, scope) }
	switch {
	case failure != "":
		answerError(w, &oauthError{status: http.StatusUnauthorized, code: "invalid_token", description: "The access token is " + failure + "."})
	case !slices.ContainsFunc(pair.scopes, isEnough):
		answerError(w, &oauthError{status: http.StatusForbidden, code: "insufficient_scope", description: "The request requires higher privileges than provided by the access token."})
	default:
		answerJSON(w, http.StatusOK, map[string]any{"id": 1, "username": "ada"})
	}
}
