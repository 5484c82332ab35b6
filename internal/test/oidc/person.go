package oidc

import "net/url"

// The engine's pages, known by what their headings say.
const (
	sendsCode      = "<title>Submitting Callback</title>" // by a script: the code came with the address
	confirmsDevice = "<h1>Confirm Device</h1>"
	signsIn        = "<h1>Sign-in</h1>"
	consents       = "<h1>Authorize</h1>"
)

// ApproveDevice does what the person does with a device's verification address
// that has the user code in it (RFC 8628 section 3.3.1): confirms the code, signs
// in and consents. A page other than expected, such as that for a code that has
// been used, is an error with the page's text. It may be called from any
// goroutine.
func (e *Engine) ApproveDevice(verificationURLComplete string) error {
	steps := append([]step{{says: sendsCode}, {says: confirmsDevice}}, signInAndConsent()...)
	browser, err := e.walk(verificationURLComplete, steps)
	if err != nil {
		return err
	}
	return browser.expect("Sign-in Success")
}

// DenyDevice is ApproveDevice for a person who does not know the code and
// presses "Abort".
func (e *Engine) DenyDevice(verificationURLComplete string) error {
	abort := step{confirmsDevice, url.Values{"abort": {"yes"}}}
	browser, err := e.walk(verificationURLComplete, []step{{says: sendsCode}, abort})
	if err != nil {
		return err
	}
	return browser.expect("The Sign-in request was interrupted")
}

// Authorize does what the person does with an authorization address (RFC 6749
// section 4.1.1): signs in and consents. It returns the redirect that this leads
// to without following it; where the engine refuses the request by a redirect
// with an error, it returns that. It may be called from any goroutine.
func (e *Engine) Authorize(address string) (*url.URL, error) {
	browser, err := e.walk(address, signInAndConsent())
	if err != nil {
		return nil, err
	}
	if browser.redirect == nil {
		return nil, browser.unexpected("a redirect")
	}
	return browser.redirect, nil
}

// signInAndConsent are the pages that every sign-in ends with. The engine takes
// any name and password.
func signInAndConsent() []step {
	return []step{{signsIn, url.Values{"login": {"person"}, "password": {"any"}}}, {says: consents}}
}

// walk opens an address and takes the steps from there, until there are no more
// or the engine redirects to somebody else.
func (e *Engine) walk(address string, steps []step) (*browser, error) {
	b, err := newBrowser(e.URL)
	if err != nil {
		return nil, err
	}
	if err := b.open(address); err != nil {
		return nil, err
	}
	for _, next := range steps {
		if b.redirect != nil {
			break
		}
		if err := b.take(next); err != nil {
			return nil, err
		}
	}
	return b, nil
}
