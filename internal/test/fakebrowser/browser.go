// Package fakebrowser is a user with a browser, for tests. It opens the address
// of a sign-in, presses Authorize or Deny, and follows the redirects to the
// program that waits on the loopback address.
//
// It supports the consent page of GitLab, which is that of the Ruby library
// Doorkeeper, and the pages of GitLab's device flow. It stores cookies, because
// the protection of such forms needs them.
package fakebrowser

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
)

const (
	// maximumPage is how many bytes of a page the browser reads.
	maximumPage = 1 << 20
	// maximumPages is the number of forms after which the browser gives up.
	maximumPages = 8
)

// Answer is the user's answer on the consent page.
type Answer int

// The answers.
const (
	// Authorize presses the button that gives access.
	Authorize Answer = iota
	// Deny presses the button that denies access.
	Deny
	// Look opens the address and presses nothing.
	Look
)

// Browser is a browser and its user.
type Browser struct {
	// Fields is what the user types into fields with these names, such as
	// "user_code", or "user[login]" and "user[password]" if the server first asks
	// for a sign-in.
	Fields map[string]string

	client *http.Client
}

// Page is the last page of a visit.
type Page struct {
	URL    string // as the address bar shows it
	Status int    // 0 if no server answered
	Header http.Header
	Body   string
}

// New returns a browser that trusts the certificate authorities in caFile
// (PEM), or those of the system if it is "".
func New(caFile string) (*Browser, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile != "" {
		content, err := os.ReadFile(caFile)
		if err != nil {
			return nil, fmt.Errorf("fakebrowser: read the CA file: %v", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(content) {
			return nil, fmt.Errorf("fakebrowser: no certificate in %q", caFile)
		}
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("fakebrowser: make a cookie jar: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: settings, DisableKeepAlives: true}
	return &Browser{client: &http.Client{Transport: transport, Jar: jar}}, nil
}

// ShowCertificate makes the browser send a client certificate, from PEM files, to
// servers that ask for one.
func (b *Browser) ShowCertificate(certificate, key string) error {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("fakebrowser: the client certificate: %v", err)
	}
	b.client.Transport.(*http.Transport).TLSClientConfig.Certificates = []tls.Certificate{pair}
	return nil
}

// Visit opens an address and submits form after form. It stops when the answer is
// given, when a page has no form to submit, or when a page shows an error. It returns
// the last page, whatever its status. If the last address does not answer (nothing
// listens there), the page has that address and the error says why: a user could
// still copy it from the address bar.
func (b *Browser) Visit(ctx context.Context, address string, answer Answer) (Page, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Page{}, fmt.Errorf("fakebrowser: %v", err)
	}
	for range maximumPages {
		page, err := b.open(request)
		if err != nil || page.Status >= 400 || answer == Look {
			return page, err
		}
		next, err := chooseForm(formsOf(page.Body), b.Fields, answer)
		if err != nil || next == nil {
			return page, err
		}
		if request, err = b.submit(ctx, page, next); err != nil {
			return page, err
		}
		if next.isDecision() {
			return b.open(request)
		}
	}
	return Page{}, fmt.Errorf("fakebrowser: %q: still a form after %d pages", address, maximumPages)
}

// open sends a request, follows its redirects and reads the page.
func (b *Browser) open(request *http.Request) (Page, error) {
	response, err := b.client.Do(request)
	if err != nil {
		page := Page{URL: request.URL.String()}
		if failure := (*url.Error)(nil); errors.As(err, &failure) {
			page.URL = failure.URL
		}
		return page, fmt.Errorf("fakebrowser: %v", err)
	}
	defer response.Body.Close()
	page := Page{URL: response.Request.URL.String(), Status: response.StatusCode, Header: response.Header}
	body, err := io.ReadAll(io.LimitReader(response.Body, maximumPage))
	page.Body = string(body)
	if err != nil {
		return page, fmt.Errorf("fakebrowser: read %q: %v", page.URL, err)
	}
	return page, nil
}

// submit returns the request that the form's button sends.
func (b *Browser) submit(ctx context.Context, page Page, f *form) (*http.Request, error) {
	address, err := url.Parse(page.URL)
	if err == nil {
		address, err = address.Parse(f.action)
	}
	if err != nil {
		return nil, fmt.Errorf("fakebrowser: the form's address %q: %v", f.action, err)
	}
	fields := f.filledIn(b.Fields)
	if f.method == http.MethodGet {
		address.RawQuery = fields.Encode()
		return http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	}
	request, err := http.NewRequestWithContext(ctx, f.method, address.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		return nil, fmt.Errorf("fakebrowser: %v", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", address.Scheme+"://"+address.Host)
	return request, nil
}
