package fakegitlab

import (
	"fmt"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// formType is the only type of body that the endpoints accept.
const formType = "application/x-www-form-urlencoded"

// check returns what is wrong with a request, for every kind of request. Code
// that knows the grant checks what depends on the grant.
func (s *Server) check(q *request) []string {
	problems := s.checkHost(q)
	problems = append(problems, s.checkSecrets(q)...)
	if q.endpoint == nil {
		return append(problems, s.checkMethod(q)...)
	}
	if q.unreadable != "" {
		problems = append(problems, q.unreadable)
	}
	if q.Method == http.MethodPost {
		problems = append(problems, checkForm(q)...)
	}
	if q.Header.Get("Authorization") != "" && q.kind != TokenInfo {
		problems = append(problems, "an Authorization header: the client names itself in the form (client_id)")
	}
	if s.options.maker.wantsAccept && q.kinds()[0] == Token && q.Header.Get("Accept") != "application/json" {
		problems = append(problems, "no Accept: application/json: the answer would be a form")
	}
	return append(problems, checkParameters(q)...)
}

// checkHost finds a request that was meant for another server.
func (s *Server) checkHost(q *request) []string {
	if s.options.Name != "" && q.Host == s.options.Name {
		return nil
	}
	_, port, _ := net.SplitHostPort(s.address)
	own := hostNames()
	for _, address := range hostAddresses() {
		own = append(own, address.String())
	}
	name, givenPort, err := net.SplitHostPort(q.Host)
	if err != nil || givenPort != port || !slices.Contains(own, name) {
		return []string{fmt.Sprintf("the Host %q is not this server's", q.Host)}
	}
	return nil
}

// checkMethod finds a request to a known address with a wrong method.
func (s *Server) checkMethod(q *request) []string {
	if q.Method != http.MethodHead && slices.ContainsFunc(s.endpoints, func(e endpoint) bool { return e.path == q.path }) {
		return []string{"unexpected method " + q.Method}
	}
	return nil
}

// checkForm finds a POST that is anything but a plain form.
func checkForm(q *request) []string {
	var problems []string
	if given, _, err := mime.ParseMediaType(q.Header.Get("Content-Type")); err != nil || given != formType {
		problems = append(problems, fmt.Sprintf("unexpected content type %q", q.Header.Get("Content-Type")))
	}
	if q.URL.RawQuery != "" {
		problems = append(problems, "parameters in the address: they belong in the form")
	}
	return problems
}

// checkParameters finds parameters that are unknown or sent twice (RFC 6749
// section 3.1 and 3.2).
func checkParameters(q *request) []string {
	var problems []string
	known := knownParameters(q.kind)
	for _, name := range slices.Sorted(maps.Keys(q.parameters)) {
		if !slices.Contains(known, name) {
			problems = append(problems, fmt.Sprintf("unknown parameter %q", name))
		}
		if len(q.parameters[name]) > 1 && !strings.HasSuffix(name, "[]") { // Rails' mark of a list
			problems = append(problems, fmt.Sprintf("parameter %q is given %d times", name, len(q.parameters[name])))
		}
	}
	return problems
}

// knownParameters lists the parameters of a request of the kind.
func knownParameters(kind Kind) []string {
	client := []string{"client_id", "client_secret"}
	authorize := []string{"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method"}
	button := []string{"authenticity_token", "_method"}
	switch kind {
	case Authorize:
		return append(authorize, "root_namespace_id")
	case Consent:
		return append(authorize, button...)
	case TokenAuthorizationCode:
		return append(client, "grant_type", "code", "redirect_uri", "code_verifier")
	case TokenRefreshToken:
		return append(client, "grant_type", "refresh_token", "scope", "redirect_uri")
	case TokenDeviceCode:
		// scope has no effect here, but golang.org/x/oauth2 sends it.
		return append(client, "grant_type", "device_code", "scope")
	case Token:
		return append(client, "grant_type")
	case Revoke:
		return append(client, "token", "token_type_hint")
	case AuthorizeDevice:
		return append(client, "scope")
	case DevicePage:
		return append(button, "user_code")
	case Applications:
		return append(button, applicationNameField, applicationRedirectField, applicationConfidentialField, applicationScopesField)
	}
	return nil
}

// place is the part of a request that contains a secret: the name of a header, of a
// parameter of the form, or "the address".
type place struct {
	kind Kind
	name string
}

// rightPlaces lists the only places where a secret of the kind is allowed.
func rightPlaces(kind secretKind) []place {
	switch kind {
	case accessToken:
		return []place{{Git, "Authorization"}, {TokenInfo, "Authorization"}, {Revoke, "token"}}
	case refreshToken:
		return []place{{TokenRefreshToken, "refresh_token"}, {Revoke, "token"}}
	case authorizationCode:
		return []place{{TokenAuthorizationCode, "code"}}
	case deviceCode:
		return []place{{TokenDeviceCode, "device_code"}}
	}
	return nil
}

// checkSecrets finds tokens and codes in places where they are not allowed, and
// addresses that contain a secret of any kind.
func (s *Server) checkSecrets(q *request) []string {
	var problems []string
	look := func(name, text string) {
		for _, kind := range s.grants.find(text) {
			if !slices.Contains(rightPlaces(kind), place{q.kind, name}) {
				problems = append(problems, fmt.Sprintf("%s in %s", kind, name))
			}
		}
	}
	address, err := url.QueryUnescape(q.RequestURI)
	if err != nil {
		address = q.RequestURI
	}
	look("the address", address)
	for name, values := range q.Header {
		look(name, headerText(q, name, values))
	}
	for name, values := range q.PostForm {
		look(name, strings.Join(values, "\n"))
	}
	for _, name := range []string{"access_token", "refresh_token", "private_token", "token", "password", "client_secret", "code_verifier"} {
		if q.URL.Query().Has(name) {
			problems = append(problems, fmt.Sprintf("%q in the address", name))
		}
	}
	slices.Sort(problems)
	return problems
}

// headerText returns a header's values, with those of Basic authentication
// decoded.
func headerText(q *request, name string, values []string) string {
	if username, password, ok := q.BasicAuth(); ok && name == "Authorization" {
		return username + "\n" + password
	}
	return strings.Join(values, "\n")
}
