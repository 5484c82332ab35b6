package engines

import (
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// step is a form that a person submits, and what they type into it.
type step struct {
	form  string // text that no other form of the page contains
	typed url.Values
}

// browser shows the pages of one engine.
type browser struct {
	client   *http.Client
	address  *url.URL // of the page
	status   string
	page     string
	redirect *url.URL // to another host: not followed
}

// walk opens an address and submits one form after the other, until there are no
// more steps or the engine redirects to another host.
func (e *Engine) walk(address string, steps ...step) (*browser, error) {
	b, err := newBrowser(e.URL)
	if err != nil {
		return nil, err
	}
	if err := b.show(b.client.Get(address)); err != nil {
		return nil, err
	}
	for _, next := range steps {
		if b.redirect != nil {
			break
		}
		if err := b.submit(next); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// newBrowser stores cookies, which the engine's protection against forged requests
// needs, and follows only redirects to the engine itself.
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
	return &browser{client: &http.Client{Jar: cookies, CheckRedirect: stayHere, Timeout: requestLimit}}, nil
}

// submit sends the form of the step, which must be on the page.
func (b *browser) submit(next step) error {
	action, fields, found := findForm(b.page, next.form)
	if !found {
		return b.unexpected("a form with " + next.form)
	}
	target, err := b.address.Parse(action)
	if err != nil {
		return err
	}
	maps.Copy(fields, next.typed)
	return b.show(b.client.PostForm(target.String(), fields))
}

// show makes a response the browser's current page.
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

// unexpected is the error for a page that lacks what was expected.
func (b *browser) unexpected(wanted string) error {
	return fmt.Errorf("want %s, but %q (%s) shows:\n%s", wanted, b.address, b.status, b.page)
}

var (
	formElement  = regexp.MustCompile(`(?s)<form ([^>]*)>(.*?)</form>`)
	inputElement = regexp.MustCompile(`<input\s[^>]*>`)
	attribute    = regexp.MustCompile(`([\w-]+)="([^"]*)"`)
)

// findForm returns the address and the fields of the first form that contains a
// text.
func findForm(page, text string) (action string, fields url.Values, found bool) {
	for _, form := range formElement.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(form[0], text) {
			continue
		}
		fields = url.Values{}
		for _, input := range inputElement.FindAllString(form[2], -1) {
			attributes := attributesOf(input)
			fields.Set(attributes["name"], attributes["value"])
		}
		return attributesOf(form[1])["action"], fields, true
	}
	return "", nil, false
}

func attributesOf(tag string) map[string]string {
	attributes := map[string]string{}
	for _, pair := range attribute.FindAllStringSubmatch(tag, -1) {
		attributes[pair[1]] = html.UnescapeString(pair[2])
	}
	return attributes
}
