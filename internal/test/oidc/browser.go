package oidc

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

// browser shows the engine's pages and fills in their forms.
type browser struct {
	client   *http.Client
	address  *url.URL // of the page
	status   string
	page     string
	redirect *url.URL // away from the engine: not followed
}

// newBrowser keeps cookies, as the engine's protection against forgery requires,
// and follows redirects while they stay with the engine.
func newBrowser(engineURL string) (*browser, error) {
	cookies, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	stayHere := func(request *http.Request, _ []*http.Request) error {
		if request.URL.Scheme+"://"+request.URL.Host != engineURL {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &browser{client: &http.Client{Jar: cookies, CheckRedirect: stayHere, Timeout: parts.RequestLimit}}, nil
}

func (b *browser) open(address string) error {
	return b.show(b.client.Get(address))
}

// step is a page, known by what it says, and what is typed into its form before
// the form is sent.
type step struct {
	says  string
	typed url.Values
}

// take sends the page's form, if this is the page for it.
func (b *browser) take(next step) error {
	if err := b.expect(next.says); err != nil {
		return err
	}
	action, fields, found := form(b.page)
	if !found {
		return b.unexpected("a form")
	}
	target, err := b.address.Parse(action)
	if err != nil {
		return err
	}
	for name, values := range next.typed {
		fields[name] = values
	}
	return b.show(b.client.PostForm(target.String(), fields))
}

// show makes a response the page that the browser is on.
func (b *browser) show(response *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	b.address, b.status, b.page = response.Request.URL, response.Status, string(page)
	if location, err := response.Location(); err == nil {
		b.redirect = location
	}
	return nil
}

func (b *browser) expect(text string) error {
	if !strings.Contains(b.page, text) {
		return b.unexpected(fmt.Sprintf("%q", text))
	}
	return nil
}

// unexpected is the error for a page without what the person looks for.
func (b *browser) unexpected(wanted string) error {
	return fmt.Errorf("want %s, but %q (%s) shows:\n%s", wanted, b.address, b.status, b.page)
}

// form returns where a page's first form goes and what it would send.
func form(page string) (action string, fields url.Values, found bool) {
	match := regexp.MustCompile(`(?s)<form ([^>]*)>(.*?)</form>`).FindStringSubmatch(page)
	if match == nil {
		return "", nil, false
	}
	fields = url.Values{}
	for _, input := range regexp.MustCompile(`<input\s[^>]*>`).FindAllString(match[2], -1) {
		attributes := attributesOf(input)
		fields.Set(attributes["name"], attributes["value"])
	}
	return attributesOf(match[1])["action"], fields, true
}

func attributesOf(tag string) map[string]string {
	attributes := map[string]string{}
	for _, pair := range regexp.MustCompile(`([\w-]+)="([^"]*)"`).FindAllStringSubmatch(tag, -1) {
		attributes[pair[1]] = html.UnescapeString(pair[2])
	}
	return attributes
}
