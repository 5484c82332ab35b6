package fakegitlab

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestRegistration(t *testing.T) {
	good := url.Values{
		applicationNameField: {"doorkey"}, applicationRedirectField: {"http://127.0.0.1/\r\nhttp://127.0.0.1"},
		applicationScopesField: {"read_repository", "write_repository"},
	}
	for _, test := range []struct {
		name    string
		options Options
		form    url.Values
		want    string
	}{
		{"as the application is", Options{}, good, DefaultClientID},
		{"below a relative root", Options{Root: "/gitlab"}, good, DefaultClientID},
		{"no name", Options{}, with(good, applicationNameField), "Name can"},
		{"one redirect URI of two", Options{}, with(good, applicationRedirectField, "http://127.0.0.1/"), "Redirect URI: "},
		{"a scope that was not ticked", Options{}, with(good, applicationScopesField, "read_repository"), "Scopes: "},
		{"Confidential left ticked", Options{}, with(good, applicationConfidentialField, "1"), "Confidential: true"},
		{"a confidential one", Options{ClientSecret: "very-secret"}, with(good, applicationConfidentialField, "1"), "very-secret"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, test.options)
			response, body := send(t, server, newRequest(t, "GET", server.URL()+"/-/user_settings/applications", nil))
			token := regexp.MustCompile(`authenticity_token" value="([^"]*)"`).FindStringSubmatch(body)
			request := newRequest(t, "POST", server.URL()+"/oauth/applications", with(test.form, "authenticity_token", token[1]))
			for _, cookie := range response.Cookies() {
				request.AddCookie(cookie)
			}
			if _, body = send(t, server, request); !strings.Contains(body, test.want) {
				t.Errorf("the page has no %q:\n%s", test.want, body)
			}
			wantProblem(t, server, "")
		})
	}
}

func TestRegistrationOfAnotherPage(t *testing.T) {
	server := start(t, Options{})
	if response, _ := send(t, server, newRequest(t, "POST", server.URL()+"/oauth/applications", url.Values{})); response.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("status %d", response.StatusCode)
	}
}
