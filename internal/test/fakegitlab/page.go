package fakegitlab

import (
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// applicationName is the name under which the application is registered.
const applicationName = "doorkey"

// sessionCookie identifies a browser, so that the server accepts only its own forms.
const sessionCookie = "_gitlab_session"

//go:embed pages/*.html
var pageFiles embed.FS

// page contains the values for the templates.
type page struct {
	Title       string
	Message     string
	Application string
	Server      string // host and port
	Destination string // the address that the browser goes to next
	Action      string // the address that the forms are sent to
	CSRFToken   string
	UserCode    string
	Scopes      []scope
	Parameters  []parameter       // hidden, sent with both buttons
	Fields      map[string]string // names of the fields of the form for applications
	ClientID    string
	Secret      string // of a confidential application
	Nonce       string // of the style sheet
}

// scope is a scope and its description for users.
type scope struct{ Name, Description string }

// parameter is a hidden field.
type parameter struct{ Name, Value string }

func parsePages() (*template.Template, error) {
	pages, err := template.ParseFS(pageFiles, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("fakegitlab: read the pages: %v", err)
	}
	return pages, nil
}

// showPage answers with a page that loads nothing, runs no script and cannot be
// framed. formTargets are the sources of CSP's form-action: browsers apply it to
// the redirect after a form, too.
func (s *Server) showPage(w http.ResponseWriter, status int, formTargets, name string, content page) {
	content.Nonce = randomHex(32)
	content.Server = strings.TrimPrefix(s.base, "https://")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "+
		"style-src 'nonce-"+content.Nonce+"'; form-action "+formTargets)
	w.WriteHeader(status)
	s.pages.ExecuteTemplate(w, name+".html", content)
}

func (s *Server) showError(w http.ResponseWriter, status int, message string) {
	s.showPage(w, status, "'none'", "message", page{Title: "An error has occurred", Message: message})
}

// showConsent asks the user. The form contains the request.
func (s *Server) showConsent(w http.ResponseWriter, q *request) {
	content := page{
		Title:       "Authorize " + applicationName + "?",
		Application: applicationName,
		Action:      s.options.Root + s.options.maker.authorize,
		CSRFToken:   s.csrfToken(w, q),
		Scopes:      describeScopes(strings.Fields(q.parameters.Get("scope"))),
	}
	for _, name := range knownParameters(Authorize) {
		if name != "root_namespace_id" && q.parameters.Has(name) {
			content.Parameters = append(content.Parameters, parameter{name, q.parameters.Get(name)})
		}
	}
	formTargets := "'self'"
	if destination, err := url.Parse(q.parameters.Get("redirect_uri")); err == nil {
		content.Destination = destination.Host
		// The scheme alone, because CSP cannot name an IPv6 address.
		formTargets += " " + destination.Scheme + ":"
	}
	s.showPage(w, http.StatusOK, formTargets, "consent", content)
}

// describeScopes returns the descriptions of scopes.
func describeScopes(names []string) []scope {
	descriptions := map[string]string{
		"read_repository":  "Read the contents of your repositories.",
		"write_repository": "Read and change the contents of your repositories.",
		"api":              "Do everything that you can do.",
		"read_user":        "Read your profile.",
		"openid":           "Learn who you are.",
	}
	var scopes []scope
	for _, name := range names {
		scopes = append(scopes, scope{name, descriptions[name]})
	}
	return scopes
}

// csrfToken returns the token for this browser's forms, and starts a session if the
// browser does not have one.
func (s *Server) csrfToken(w http.ResponseWriter, q *request) string {
	session, err := q.Cookie(sessionCookie)
	if err != nil {
		session = &http.Cookie{Name: sessionCookie, Value: randomHex(32), Path: s.options.Root + "/",
			Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
		http.SetCookie(w, session)
	}
	return s.sign(session.Value)
}

func (s *Server) sign(session string) string {
	mac := hmac.New(sha256.New, s.sessionKey)
	mac.Write([]byte(session))
	return hex.EncodeToString(mac.Sum(nil))
}

// isOwnForm reports whether a form comes from a page that the server has shown to
// this browser.
func (s *Server) isOwnForm(q *request) bool {
	session, err := q.Cookie(sessionCookie)
	return err == nil && hmac.Equal([]byte(s.sign(session.Value)), []byte(q.parameters.Get("authenticity_token")))
}

// isDenial reports whether the Deny button was pressed. Rails writes the method
// that HTML forms do not have into a field.
func isDenial(q *request) bool { return q.parameters.Get("_method") == "delete" }
