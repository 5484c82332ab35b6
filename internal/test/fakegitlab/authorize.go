package fakegitlab

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

const (
	// minimumState is the minimum length of a state that cannot be guessed: 16
	// characters of base64 are 96 bits.
	minimumState = 16
	// codeLifetime is how long an authorization code is valid.
	codeLifetime = 10 * time.Minute
)

// authorization is an authorization code and the values that it was issued for.
type authorization struct {
	redirectURI string
	challenge   string // S256, "" if the client sent none
	scopes      []string
	created     time.Time
	used        bool
}

// refusal is why an authorization request is rejected.
type refusal struct {
	code        string // RFC 6749 section 4.1.2.1
	description string
	page        bool // shown as a page; otherwise sent to the redirect address
	problem     bool // a client must not send this, whatever its configuration is
}

// refusalOf returns the first reason to reject an authorization request, or nil.
// What GitLab detects before it trusts the redirect address is shown as a page.
func (s *Server) refusalOf(p url.Values) *refusal {
	challenge, method, ownScopes := p.Get("code_challenge"), p.Get("code_challenge_method"), s.options.maker.ownScopes
	needsChallenge := s.options.ClientSecret == "" || p.Has("code_challenge")
	rules := []struct {
		broken bool
		refusal
	}{
		{p.Get("client_id") != s.ClientID(), refusal{"invalid_client", "The application is unknown: check the client ID.", true, false}},
		{!redirectAllowed(s.options.RedirectURIs, p.Get("redirect_uri"), s.options.maker.fixedRedirect), refusal{"invalid_redirect_uri", "The redirect URI is not registered for this application.", true, false}},
		{ownScopes && p.Has("scope"), refusal{"invalid_scope", "Scopes cannot be asked for: they are the application's.", true, true}},
		{!ownScopes && p.Get("scope") == "" || !containsAll(s.options.Scopes, strings.Fields(p.Get("scope"))), refusal{"invalid_scope", "The scope is unknown, or not ticked in the application.", true, false}},
		{p.Get("response_type") != "code", refusal{"unsupported_response_type", "response_type is not code", false, true}},
		{len(p.Get("state")) < minimumState, refusal{"invalid_request", fmt.Sprintf("state is missing or shorter than %d characters", minimumState), false, true}},
		{needsChallenge && method != "S256", refusal{"invalid_request", fmt.Sprintf("code_challenge_method is %q, not S256", method), false, true}},
		{needsChallenge && !isChallenge(challenge), refusal{"invalid_request", "code_challenge is not 43 characters of base64url", false, true}},
	}
	for _, rule := range rules {
		if rule.broken {
			return &rule.refusal
		}
	}
	return nil
}

// isChallenge reports whether the text has the form of a SHA-256 hash in base64url
// (RFC 7636 section 4.2).
func isChallenge(text string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(text)
}

// answerAuthorize shows the consent page.
func (s *Server) answerAuthorize(w http.ResponseWriter, q *request) {
	switch refusal := s.refusalOf(q.parameters); {
	case refusal != nil:
		s.refuseAuthorization(w, q, refusal)
	case s.options.ConsentAutomatically:
		s.redirectWithCode(w, q)
	default:
		s.showConsent(w, q)
	}
}

// answerConsent handles the buttons of the consent page. The form contains the
// whole authorization request, which is checked again.
func (s *Server) answerConsent(w http.ResponseWriter, q *request) {
	if !s.isOwnForm(q) {
		s.showError(w, http.StatusUnprocessableEntity, "This form is not from this browser's own page. Open the address again.")
		return
	}
	switch refusal := s.refusalOf(q.parameters); {
	case refusal != nil:
		s.refuseAuthorization(w, q, refusal)
	case isDenial(q):
		s.redirectBack(w, q, url.Values{"error": {"access_denied"},
			"error_description": {"The resource owner or authorization server denied the request."}})
	case !s.grants.agree(q.parameters.Get("scope")):
		s.redirectBack(w, q, url.Values{"error": {"server_error"}, "error_description": {"a grant exists with different scope"}})
	default:
		s.redirectWithCode(w, q)
	}
}

func (s *Server) refuseAuthorization(w http.ResponseWriter, q *request, refusal *refusal) {
	if refusal.problem {
		s.problem(q, refusal.description)
	}
	if !refusal.page {
		s.redirectBack(w, q, url.Values{"error": {refusal.code}, "error_description": {refusal.description}})
		return
	}
	status := http.StatusBadRequest
	if refusal.code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	s.showError(w, status, refusal.description)
}

// redirectWithCode sends the browser back with a new authorization code.
func (s *Server) redirectWithCode(w http.ResponseWriter, q *request) {
	s.grants.mu.Lock()
	code := s.grants.newSecret(authorizationCode)
	s.grants.codes[code] = &authorization{
		redirectURI: q.parameters.Get("redirect_uri"),
		challenge:   q.parameters.Get("code_challenge"),
		scopes:      s.scopesFor(q),
		created:     s.options.Now(),
	}
	s.grants.mu.Unlock()
	s.redirectBack(w, q, url.Values{"code": {code}})
}

// scopesFor returns the scopes that a request asks for, or those of the application.
func (s *Server) scopesFor(q *request) []string {
	if s.options.maker.ownScopes {
		return s.options.Scopes
	}
	return strings.Fields(q.parameters.Get("scope"))
}

// redirectBack sends the browser to the redirect address, with the state.
func (s *Server) redirectBack(w http.ResponseWriter, q *request, answer url.Values) {
	if state := q.parameters.Get("state"); state != "" {
		answer.Set("state", state)
	}
	if s.options.SendIssuer {
		answer.Set("iss", s.issuer())
	}
	address, err := withParameters(q.parameters.Get("redirect_uri"), answer)
	if err != nil {
		s.showError(w, http.StatusBadRequest, "The redirect URI is not an address.")
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, q.Request, address, http.StatusFound)
}
