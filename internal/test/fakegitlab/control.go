package fakegitlab

import (
	"maps"
	"slices"
)

// IssueGrant returns a pair of tokens with every scope of the application, for
// tests that start with an account.
func (s *Server) IssueGrant() (accessToken, refreshToken string) {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	pair := s.grants.issue(s.options.Scopes, true)
	return pair.access, pair.refresh
}

// ExpireAccessTokens makes every access token expire; refresh tokens stay valid.
func (s *Server) ExpireAccessTokens() {
	s.grants.each(func(pair *tokenPair) { pair.accessEnd = "expired" })
}

// RevokeAccessTokens revokes every access token before it expires; refresh tokens
// stay valid.
func (s *Server) RevokeAccessTokens() {
	s.grants.each(func(pair *tokenPair) { pair.accessEnd = "revoked" })
}

// RevokeGrants revokes every access token and every refresh token.
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

// Number returns the position of an access token in the order in which the server
// issued them, from 1; 0 for a token that this server never issued.
func (s *Server) Number(accessToken string) int {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	if pair := s.grants.byAccess[accessToken]; pair != nil {
		return pair.number
	}
	return 0
}

// Newest returns the Number of the access token that was issued last, 0 if there
// is none.
func (s *Server) Newest() int {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	return len(s.grants.byAccess)
}

// Secrets returns every token and code that the server has issued.
func (s *Server) Secrets() []string {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	return slices.Sorted(maps.Keys(s.grants.issued))
}
