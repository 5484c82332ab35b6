package oauthflow

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"
)

// SignInByBrowser obtains a grant by authorization code with PKCE (RFC 6749
// section 4.1, RFC 7636, RFC 8252). It listens on this machine, calls show once
// with the address that the person is to open, and waits until ctx ends.
//
// An *Error with the code "access_denied" means that the person said no. A
// server may also show an error in the browser and never send anybody back:
// then ctx decides.
func (c Client) SignInByBrowser(ctx context.Context, provider Provider, show func(address string)) (Grant, error) {
	callback, err := listen(provider.RedirectURL)
	if err != nil {
		return Grant{}, err
	}
	attempt := newAttempt(provider, callback.redirect.String())
	callback.serve(attempt.matches)
	defer callback.close()

	show(attempt.address)
	answer, err := callback.wait(ctx)
	if err != nil {
		return Grant{}, err
	}
	grant, err := c.redeem(ctx, attempt, answer)
	callback.finish(ctx, err)
	return grant, err
}

// attempt is one authorization request and what its answer must fit.
type attempt struct {
	provider Provider
	redirect string
	state    string // RFC 6749 section 10.12
	verifier string // RFC 7636 section 4.1
	address  string // that the person opens
}

func newAttempt(provider Provider, redirect string) attempt {
	a := attempt{provider: provider, redirect: redirect, state: oauth2.GenerateVerifier(), verifier: oauth2.GenerateVerifier()}
	a.address = provider.config(redirect).AuthCodeURL(a.state, oauth2.S256ChallengeOption(a.verifier))
	return a
}

// matches reports whether the parameters that a browser came back with belong
// to this attempt: its state, exactly one code or error, and, where the server
// names itself (RFC 9207), the server that was asked.
func (a attempt) matches(answer url.Values) bool {
	single := func(name string) bool { return len(answer[name]) <= 1 }
	if !single("state") || !single("code") || !single("error") || !single("iss") {
		return false
	}
	if answer.Has("code") == answer.Has("error") {
		return false
	}
	if issuer := answer.Get("iss"); issuer != "" && !sameOrigin(issuer, a.provider.AuthURL) {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.state)) == 1
}

// sameOrigin holds an issuer against the authorization endpoint. Their whole
// comparison (RFC 9207 section 2.4) needs the issuer's name, which only its
// metadata tells.
func sameOrigin(issuer, endpoint string) bool {
	a, errA := url.Parse(issuer)
	b, errB := url.Parse(endpoint)
	return errA == nil && errB == nil && a.Scheme == b.Scheme && a.Host == b.Host
}

// redeem turns the answer to an attempt into a grant, or into the error that
// the server sent.
func (c Client) redeem(ctx context.Context, a attempt, answer url.Values) (Grant, error) {
	if code := answer.Get("error"); code != "" {
		return Grant{}, &Error{Code: code, Description: answer.Get("error_description")}
	}
	grant, err := c.exchange(ctx, a.provider, a.redirect, answer.Get("code"), a.verifier)
	if Is(err, "invalid_client") {
		return Grant{}, fmt.Errorf("%w\nthe application's client ID is wrong, or \"Confidential\" is ticked on its page: untick it, or set oauthClientSecret", err)
	}
	return grant, err
}
