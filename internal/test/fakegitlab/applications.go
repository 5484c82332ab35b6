package fakegitlab

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The names of the fields in GitLab's form for an application.
const (
	applicationNameField         = "doorkeeper_application[name]"
	applicationRedirectField     = "doorkeeper_application[redirect_uri]"
	applicationConfidentialField = "doorkeeper_application[confidential]"
	applicationScopesField       = "doorkeeper_application[scopes][]"
)

// answerApplications shows the form on which a user registers an application.
func (s *Server) answerApplications(w http.ResponseWriter, q *request) {
	s.showPage(w, http.StatusOK, "'self'", "applications", page{
		Title: "Add new application", Action: s.options.Root + "/oauth/applications", CSRFToken: s.csrfToken(w, q),
		Scopes: describeScopes([]string{"api", "read_user", "read_repository", "write_repository", "openid"}),
		Fields: map[string]string{
			"name": applicationNameField, "redirect": applicationRedirectField,
			"confidential": applicationConfidentialField, "scopes": applicationScopesField,
		},
	})
}

// answerRegistration returns the ID of the server's only application to anyone who
// fills the form in with that application's values.
func (s *Server) answerRegistration(w http.ResponseWriter, q *request) {
	if !s.isOwnForm(q) {
		s.showError(w, http.StatusUnprocessableEntity, "This form is not from this browser's own page. Open the address again.")
		return
	}
	if mistake := s.mistakeIn(q.parameters); mistake != "" {
		s.showError(w, http.StatusUnprocessableEntity, mistake)
		return
	}
	s.showPage(w, http.StatusOK, "'none'", "application", page{
		Title: "Application: " + q.parameters.Get(applicationNameField), ClientID: s.ClientID(), Secret: s.options.ClientSecret,
	})
}

// mistakeIn compares a completed form with the application.
func (s *Server) mistakeIn(form url.Values) string {
	redirects, scopes := strings.Fields(form.Get(applicationRedirectField)), form[applicationScopesField]
	confidential := form.Get(applicationConfidentialField) == "1"
	switch {
	case form.Get(applicationNameField) == "":
		return "Name can't be blank."
	case !slices.Equal(redirects, s.options.RedirectURIs):
		return fmt.Sprintf("Redirect URI: %q, and the application has %q.", redirects, s.options.RedirectURIs)
	case !slices.Equal(scopes, s.options.Scopes):
		return fmt.Sprintf("Scopes: %q, and the application has %q.", scopes, s.options.Scopes)
	case confidential != (s.options.ClientSecret != ""):
		return fmt.Sprintf("Confidential: %v, and the application has it otherwise.", confidential)
	}
	return ""
}
