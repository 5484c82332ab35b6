package fakegitlab

import (
	"maps"
	"slices"
)

// IssueGrant gives a pair of tokens with every scope of the application, for
// tests that start with an account.
func (s *Server) IssueGrant() (accessToken, refreshToken string) {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	pair := s.grants.issue(s.options.Scopes, true)
	return pair.access, pair.refresh
}

// ExpireAccessTokens makes every access token expired; refresh tokens stay good.
func (s *Server) ExpireAccessTokens() {
	s.grants.each(func(pair *tokenPair) { pair.accessEnd = "expired" })
}

// RevokeAccessTokens makes every access token dead before its time; refresh
// tokens stay good.
func (s *Server) RevokeAccessTokens() {
	s.grants.each(func(pair *tokenPair) { pair.accessEnd = "revoked" })
}

// RevokeGrants makes every access token and every refresh token dead.
func (s *Server) RevokeGrants() {
	s.grants.each(func(pair *tokenPair) { pair.revoked = true })
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	s.grants.scope = ""
}

// ReplaceApplication deletes the application with all its grants, as an
// administrator can, and registers another.
func (s *Server) ReplaceApplication() {
	s.clientID.Store(randomHex(64))
	s.RevokeGrants()
}

// Alive reports whether the server would still accept the token, which is an
// access token or a refresh token.
func (s *Server) Alive(token string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	if pair := s.grants.byRefresh[token]; pair != nil {
		return !pair.revoked && !pair.spent && !pair.outdated
	}
	return s.grants.accessFailure(s.grants.byAccess[token]) == ""
}

// Number returns the place of an access token in the order in which they were
// issued, from 1; 0 for a token that this server never issued.
func (s *Server) Number(accessToken string) int {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	if pair := s.grants.byAccess[accessToken]; pair != nil {
		return pair.number
	}
	return 0
}

// Newest returns the Number of the access token that was issued last, 0 before
// the first.
func (s *Server) Newest() int {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	return len(s.grants.byAccess)
}

// Secrets returns every token and code that the server has given out.
func (s *Server) Secrets() []string {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	return slices.Sorted(maps.Keys(s.grants.issued))
}
