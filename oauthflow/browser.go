package oauthflow

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// SignInByBrowser obtains a grant by authorization code with PKCE (RFC 6749
// section 4.1, RFC 7636, RFC 8252). It listens on this machine, calls show once
// with the address that the person is to open, and waits until ctx ends.
//
// Once the fitting answer is there, ctx ends nothing any more: the server may spend the
// code and give a grant, which nobody else would ever hear of.
//
// With a grant comes the way to tell the browser what became of it, which is to be
// taken once it is kept: nothing waits for a browser before that.
//
// An *Error with the code "access_denied" means that the person said no. A
// server may also show an error in the browser and never send anybody back:
// then ctx decides.
func (c Client) SignInByBrowser(ctx context.Context, provider Provider, show func(address string)) (Grant, Tell, error) {
	callback, err := listenFor(provider)
	if err != nil {
		return Grant{}, nil, err
	}
	attempt := newAttempt(provider, callback.redirect.String())
	callback.serve(attempt.matches)

	show(attempt.address)
	answer, err := callback.wait(ctx)
	if err != nil {
		callback.close()
		return Grant{}, nil, err
	}
	grant, err := c.redeem(ctx, attempt, answer)
	return callback.handOver(ctx, grant, err)
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
	config := oauth2.Config{
		ClientID: provider.ClientID, RedirectURL: redirect, Scopes: provider.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: provider.AuthURL},
	}
	a.address = config.AuthCodeURL(a.state, oauth2.S256ChallengeOption(a.verifier))
	return a
}

// matches reports whether the parameters that a browser came back with belong
// to this attempt: its state, and exactly one code or error.
func (a attempt) matches(answer url.Values) bool {
	for _, name := range []string{"state", "code", "error", "iss"} {
		if len(answer[name]) > 1 {
			return false
		}
	}
	if answer.Has("code") == answer.Has("error") || answer.Get("code")+answer.Get("error") == "" {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.state)) == 1
}

// checkIssuer holds the server that names itself in an answer (RFC 9207)
// against the one that was asked.
//
// Where the issuer's whole name is not known, for want of metadata, its origin
// has to do, which is less than RFC 9207 section 2.4 asks for.
func (a attempt) checkIssuer(answer url.Values) error {
	issuer, known := answer.Get("iss"), a.provider.Issuer
	switch {
	case !answer.Has("iss") && a.provider.SendsIssuer:
		return errors.New("the answer does not name the server that it came from, as the server's metadata promise: it is not used")
	case answer.Has("iss") && (known != "" && issuer != known || !sameOrigin(issuer, a.provider.AuthURL)):
		return fmt.Errorf("the answer came from another server, %q, than the one that was asked: it is not used", oneLine(issuer))
	}
	return nil
}

// sameOrigin compares scheme, host and port.
func sameOrigin(issuer, endpoint string) bool {
	a, errA := url.Parse(issuer)
	b, errB := url.Parse(endpoint)
	return errA == nil && errB == nil && a.Scheme == b.Scheme &&
		strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(address *url.URL) string {
	defaults := map[string]string{"https": "443", "http": "80"}
	return cmp.Or(address.Port(), defaults[address.Scheme])
}

// redeem turns the answer to an attempt into a grant (RFC 6749 section 4.1.3),
// or into the error that the server sent.
func (c Client) redeem(ctx context.Context, a attempt, answer url.Values) (Grant, error) {
	ctx = context.WithoutCancel(ctx)
	if err := a.checkIssuer(answer); err != nil {
		return Grant{}, err
	}
	if code := answer.Get("error"); code != "" {
		return Grant{}, a.provider.adviseScope(&Error{Code: oneLine(code), Description: oneLine(answer.Get("error_description"))})
	}
	// A connection from before the person signed in may be dead by now without
	// having said so, and the code is good for one use.
	c.HTTP.CloseIdleConnections()
	grant, err := c.requestGrant(ctx, a.provider, url.Values{
		"grant_type": {"authorization_code"}, "code": {answer.Get("code")},
		"redirect_uri": {a.redirect}, "code_verifier": {a.verifier},
	})
	return grant, adviseClient(err)
}
