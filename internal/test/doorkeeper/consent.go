package doorkeeper

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"git-credential-doorkey/internal/test/parts"
)

var (
	formElement  = regexp.MustCompile(`(?s)<form action="([^"]*)".*?</form>`)
	inputElement = regexp.MustCompile(`<input [^>]*>`)
	attribute    = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

// Consent is a browser and its person: it opens the authorization address
// (RFC 6749 section 4.1.1), presses the button "Authorize" or "Deny" of
// Doorkeeper's consent page, and returns the redirect that this leads to
// without following it. A page without that button, such as the one that
// Doorkeeper shows for a redirect URI it does not know, is an error with the
// page's text.
func Consent(address, button string) (*url.URL, error) {
	browser, err := newBrowser()
	if err != nil {
		return nil, err
	}
	response, err := browser.Get(address)
	if err != nil {
		return nil, err
	}
	page, err := readPage(response)
	if err != nil {
		return nil, err
	}
	action, fields, found := formWithButton(page, button)
	if !found {
		return nil, fmt.Errorf("no button %q on the page at %q (%s):\n%s", button, address, response.Status, page)
	}
	target, err := response.Request.URL.Parse(action)
	if err != nil {
		return nil, err
	}
	return submit(browser, target, fields)
}

// newBrowser keeps cookies, as the consent form's protection against forgery
// requires, and stops at redirects.
func newBrowser() (*http.Client, error) {
	cookies, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Jar: cookies, CheckRedirect: stay, Timeout: parts.RequestLimit}, nil
}

func readPage(response *http.Response) (string, error) {
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	return string(page), err
}

// formWithButton finds the form that has the button and what it would send.
func formWithButton(page, button string) (action string, fields url.Values, found bool) {
	for _, match := range formElement.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(match[0], `value="`+button+`"`) {
			continue
		}
		fields = url.Values{}
		for _, element := range inputElement.FindAllString(match[0], -1) {
			attributes := map[string]string{}
			for _, pair := range attribute.FindAllStringSubmatch(element, -1) {
				attributes[pair[1]] = html.UnescapeString(pair[2])
			}
			fields.Set(attributes["name"], attributes["value"])
		}
		return html.UnescapeString(match[1]), fields, true
	}
	return "", nil, false
}

func submit(browser *http.Client, target *url.URL, fields url.Values) (*url.URL, error) {
	response, err := browser.PostForm(target.String(), fields)
	if err != nil {
		return nil, err
	}
	page, err := readPage(response)
	if err != nil {
		return nil, err
	}
	redirect, err := response.Location()
	if err != nil {
		return nil, fmt.Errorf("no redirect from %q (%s): %w\n%s", target, response.Status, err, page)
	}
	return redirect, nil
}
