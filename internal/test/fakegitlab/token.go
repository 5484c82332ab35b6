package fakegitlab

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// deviceGrantType is the grant type of RFC 8628 section 3.4.
const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"

// tokenKind returns the kind of a token request with the given grant type.
func tokenKind(grantType string) Kind {
	switch grantType {
	case "authorization_code":
		return TokenAuthorizationCode
	case "refresh_token":
		return TokenRefreshToken
	case deviceGrantType:
		return TokenDeviceCode
	}
	return Token
}

// answerToken is the token endpoint (RFC 6749 section 3.2).
func (s *Server) answerToken(w http.ResponseWriter, q *request) {
	pair, failure := s.exchange(q)
	m := s.options.maker
	if failure != nil {
		answerError(w, m.inItsWords(q.kind, failure))
		return
	}
	answer := map[string]any{"access_token": pair.access, "token_type": "Bearer", "created_at": pair.created.Unix()}
	if s.options.AccessTokenLifetime != 0 {
		answer["expires_in"] = int(s.options.AccessTokenLifetime.Seconds())
	}
	switch {
	case m.permissions && s.options.AccessTokenLifetime != 0: // a GitHub App's
		answer["scope"] = ""
	case m.scopeSeparator != "":
		answer["scope"] = strings.Join(pair.scopes, m.scopeSeparator)
	}
	if pair.refresh != "" {
		answer["refresh_token"] = pair.refresh
	}
	answerJSON(w, http.StatusOK, answer)
}

// exchange returns tokens for a code or a refresh token.
func (s *Server) exchange(q *request) (tokenPair, *oauthError) {
	if !s.knowsClient(q) {
		return tokenPair{}, s.refusedClient(q)
	}
	switch q.kind {
	case TokenAuthorizationCode:
		return s.exchangeCode(q)
	case TokenRefreshToken:
		return s.exchangeRefreshToken(q)
	case TokenDeviceCode:
		if !s.options.DeviceFlowOff {
			return s.exchangeDeviceCode(q)
		}
	}
	s.problem(q, fmt.Sprintf("unexpected grant_type %q", q.parameters.Get("grant_type")))
	return tokenPair{}, &oauthError{status: http.StatusBadRequest, code: "unsupported_grant_type", description: "The authorization grant type is not supported by the authorization server."}
}

// knowsClient reports whether a form contains the application's ID, and its secret
// if it has one.
func (s *Server) knowsClient(q *request) bool {
	secret, given := s.options.ClientSecret, q.parameters.Get("client_secret")
	mayLack := given == "" && slices.Contains(s.options.maker.secretOptional, q.kind)
	return q.parameters.Get("client_id") == s.ClientID() && (given == secret || mayLack)
}

// refusedClient is the error for a client that is unknown or does not send its
// secret. For a code, Gitea has a different error for each.
func (s *Server) refusedClient(q *request) *oauthError {
	failure := invalidClient()
	if own := s.options.maker.secretErrors[q.kind]; own != "" && q.parameters.Get("client_id") == s.ClientID() {
		failure.code = own
	}
	return failure
}

// exchangeCode exchanges an authorization code (RFC 6749 section 4.1.3, RFC 7636
// section 4.6). It records a problem if a client sends it wrongly, or twice.
func (s *Server) exchangeCode(q *request) (tokenPair, *oauthError) {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	code := s.grants.codes[q.parameters.Get("code")]
	if code == nil {
		return tokenPair{}, invalidGrant()
	}
	if problem := code.misuse(q.parameters); problem != "" {
		s.problem(q, problem)
		return tokenPair{}, invalidGrant()
	}
	if !s.options.Now().Before(code.created.Add(codeLifetime)) {
		return tokenPair{}, invalidGrant()
	}
	code.used = true
	return s.grants.issue(code.scopes, true), nil
}

// misuse returns what a client did wrong with an authorization code, "" for
// nothing.
func (a *authorization) misuse(form url.Values) string {
	hash := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case a.used:
		return "the authorization code was sent twice"
	case form.Get("redirect_uri") != a.redirectURI:
		return "redirect_uri is not the one of the authorization request"
	case a.challenge == "" && !form.Has("code_verifier"):
		return ""
	case !isVerifier(form.Get("code_verifier")):
		return "code_verifier is not 43 to 128 unreserved characters"
	case base64.RawURLEncoding.EncodeToString(hash[:]) != a.challenge:
		return "code_verifier does not belong to the code_challenge"
	}
	return ""
}

// isVerifier reports whether the text has the form of RFC 7636 section 4.1.
func isVerifier(text string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`).MatchString(text)
}

// exchangeRefreshToken exchanges a refresh token (RFC 6749 section 6).
func (s *Server) exchangeRefreshToken(q *request) (tokenPair, *oauthError) {
	var narrower []string
	if q.parameters.Get("scope") != "" {
		narrower = strings.Fields(q.parameters.Get("scope"))
	}
	pair, dead, failure := s.grants.refresh(q.parameters.Get("refresh_token"), narrower)
	if dead == spent {
		s.record.count(SpentRefreshToken)
	}
	if own := s.options.maker.deadRefresh[dead]; own != nil {
		failure = own
	}
	return pair, failure
}
