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

// SignInByBrowser obtains a grant by authorization code with PKCE (RFC 6749 section 4.1,
// RFC 7636, RFC 8252). It listens on this machine, calls show once with the address for
// the user to open, and waits until ctx ends.
//
// After a matching answer has arrived, the end of ctx no longer stops it: the server may
// use up the code and issue a grant that would be lost.
//
// The grant comes with a function that tells the browser the result; call it after the
// grant is stored. Nothing waits for a browser before that.
//
// An *Error with the code "access_denied" means that the user declined. A server may
// also show an error in the browser and never redirect back; then ctx ends the wait.
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

// attempt is one authorization request and what its answer must match.
type attempt struct {
	provider Provider
	redirect string
	state    string // RFC 6749 section 10.12
	verifier string // RFC 7636 section 4.1
	address  string // for the user to open
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

// checkIssuer compares the issuer that an answer names (RFC 9207) with the server that
// was asked.
//
// If the whole issuer is unknown, because there is no metadata, it compares only the
// origin, which is less than RFC 9207 section 2.4 requires.
func (a attempt) checkIssuer(answer url.Values) error {
	issuer, known := answer.Get("iss"), a.provider.Issuer
	switch {
	case !answer.Has("iss") && a.provider.SendsIssuer:
		return errors.New("the answer does not name its issuer, although the server's metadata says that it does; doorkey rejects it")
	case answer.Has("iss") && (known != "" && issuer != known || !sameOrigin(issuer, a.provider.AuthURL)):
		return fmt.Errorf("the answer came from another server, %q; doorkey rejects it", oneLine(issuer))
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

// redeem exchanges the answer to an attempt for a grant (RFC 6749 section 4.1.3), or
// returns the error that the server sent.
func (c Client) redeem(ctx context.Context, a attempt, answer url.Values) (Grant, error) {
	ctx = context.WithoutCancel(ctx)
	if err := a.checkIssuer(answer); err != nil {
		return Grant{}, err
	}
	if code := answer.Get("error"); code != "" {
		return Grant{}, a.provider.adviseScope(&Error{Code: oneLine(code), Description: oneLine(answer.Get("error_description"))})
	}
	// A connection from before the sign-in may be dead by now without a sign of it, and
	// the code can be used only once.
	c.HTTP.CloseIdleConnections()
	grant, err := c.requestGrant(ctx, a.provider, url.Values{
		"grant_type": {"authorization_code"}, "code": {answer.Get("code")},
		"redirect_uri": {a.redirect}, "code_verifier": {a.verifier},
	})
	return grant, adviseClient(err)
}
