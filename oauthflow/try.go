package oauthflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// TryServer finds out whether the server of the token endpoint answers this client,
// before the user is sent to sign in: a browser may reach a server that doorkey cannot
// reach, and the code from the browser would be useless. Any answer counts, so it asks
// for the head of the front page; of a server that has just answered, it asks only
// whether it redirects elsewhere. It fails with a *ConnectionError, or else a
// *url.Error, and with the cause of ctx if ctx ends.
//
// If the answer redirects to another host, and so does that of the token endpoint,
// elsewhere is its origin: a gateway may be in front of the server that blocks everyone
// who is not signed in to it. A redirect of only the front page means nothing
// (gitlab.com has one).
func (c Client) TryServer(ctx context.Context, provider Provider) (elsewhere string, err error) {
	endpoint, err := url.Parse(provider.TokenURL)
	if err != nil {
		return "", err
	}
	front := url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host, Path: "/"}
	asked := []string{front.String(), provider.TokenURL}
	if provider.Answers {
		asked = asked[1:]
	}
	for _, address := range asked {
		if elsewhere, err = c.redirectOf(ctx, address); err != nil || elsewhere == "" {
			return "", err
		}
	}
	return elsewhere, nil
}

// redirectOf returns the origin that an address redirects to, "" if it is its own origin
// or there is none.
func (c Client) redirectOf(ctx context.Context, address string) (elsewhere string, err error) {
	response, err := c.ask(ctx, http.MethodHead, address)
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", err
	}
	defer response.Body.Close()
	return redirectOf(response), nil
}

// redirectOf returns the origin of another server that an answer redirects to, ""
// if there is none.
func redirectOf(response *http.Response) string {
	location, err := response.Location()
	switch {
	case err != nil, location.Host == "", response.StatusCode < 300, response.StatusCode > 399,
		response.Request == nil, sameOrigin(location.String(), response.Request.URL.String()):
		return ""
	}
	return location.Scheme + "://" + location.Host
}

// TryDevice finds out whether the server has the device flow. It asks for a code without
// a client_id (which RFC 8628 section 3.1 requires), so that no code is issued: an
// endpoint answers that with an error. It fails with a *ConnectionError, or else a
// *url.Error, if the server cannot be reached.
func (c Client) TryDevice(ctx context.Context, provider Provider) (offered bool, err error) {
	if provider.DeviceAuthURL == "" {
		return false, nil
	}
	return c.isEndpoint(ctx, provider.DeviceAuthURL, isNoDevice)
}

// ErrNoTokenEndpoint means that the address of the token endpoint is not one.
var ErrNoTokenEndpoint = errors.New("this is not a token endpoint")

// TryClient finds out whether the token endpoint is one and knows the application ID,
// and its secret if there is one. It sends a code that was never issued: a server checks
// the client before the code, and nothing is used up. It fails with ErrNoTokenEndpoint,
// with an *Error (the client was rejected, with a code of RFC 6749 section 5.2 or
// GitHub's; or the server is failing), or, if the server cannot be reached, with a
// *ConnectionError, or else a *url.Error.
func (c Client) TryClient(ctx context.Context, provider Provider) error {
	_, err := c.post(ctx, provider, provider.TokenURL, url.Values{
		"grant_type": {"authorization_code"}, "code": {rand.Text()}, "code_verifier": {rand.Text() + rand.Text()}, "redirect_uri": {provider.RedirectURL},
	})
	var answer *Error
	switch {
	case provider.isInvalidGrant(err) && IsUnknownClient(err):
		return c.tryRefresh(ctx, provider)
	case provider.isInvalidGrant(err):
		return nil
	case err == nil:
		return fmt.Errorf("%w: it accepts a code that does not exist", ErrNoTokenEndpoint)
	case IsUnknownClient(err), !errors.As(err, &answer), isTemporary(err):
		return adviseClient(err)
	case answer.Code == "":
		return fmt.Errorf("%w: %w", ErrNoTokenEndpoint, err)
	}
	return nil
}

// tryRefresh asks again with a refresh token that was never issued. To a code, Gitea
// answers "unauthorized_client" both for an unknown code and for a confidential
// application without its secret. To a refresh token, it answers "invalid_client" for an
// application that is unknown or lacks its secret (routers/web/auth/oauth2_provider.go).
// This uses up nothing either.
func (c Client) tryRefresh(ctx context.Context, provider Provider) error {
	_, err := c.post(ctx, provider, provider.TokenURL, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {rand.Text()},
	})
	switch {
	case err == nil:
		return fmt.Errorf("%w: it accepts a refresh token that does not exist", ErrNoTokenEndpoint)
	case provider.isInvalidGrant(err), Is(err, "invalid_grant"):
		return nil
	}
	return adviseClient(err)
}

// IsUnknownClient reports whether err is a server's answer that it does not know the
// client, or rejects its secret (RFC 6749 section 5.2, and GitHub).
func IsUnknownClient(err error) bool {
	return Is(err, "invalid_client") || Is(err, "unauthorized_client") || Is(err, "incorrect_client_credentials")
}
