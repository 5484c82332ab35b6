package oauthflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// TryServer finds out whether the token endpoint's server answers this client,
// before a person is sent to sign in: a browser may reach a server that doorkey does
// not, and the code that it came back with would be in vain. Any answer counts, so
// what is asked for is the head of the front page; of a server that has just
// answered, only whether it leads elsewhere. It fails with a *ConnectionError, or else a *url.Error,
// and with the cause of ctx where that ends.
//
// Where another host is named in the answer, and in that of the token endpoint too,
// elsewhere is its origin: something may stand in front of the server that lets
// nobody through who is not signed in to it. A front page alone may well be
// elsewhere (gitlab.com's is).
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

// redirectOf returns the origin that an address redirects to, "" if it is its own
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

// TryDevice finds out whether the server has the device flow. It asks for a code
// in nobody's name (RFC 8628 section 3.1 requires a client_id), so that none is
// made: where there is an endpoint, that is an error of its own. It fails with a
// *ConnectionError, or else a *url.Error, where the server cannot be reached.
func (c Client) TryDevice(ctx context.Context, provider Provider) (offered bool, err error) {
	if provider.DeviceAuthURL == "" {
		return false, nil
	}
	return c.isEndpoint(ctx, provider.DeviceAuthURL)
}

// ErrNoTokenEndpoint: what answers at the address of the token endpoint is none.
var ErrNoTokenEndpoint = errors.New("this is no token endpoint")

// TryClient finds out whether the token endpoint is one and knows the client ID,
// and its secret if there is one. It shows a code that nobody was given: a server
// looks at the client before it looks at the code, and nothing is spent. It fails
// with ErrNoTokenEndpoint, with an *Error (the client is refused, with a code of
// RFC 6749 section 5.2 or GitHub's; or the server is in trouble), or, where it
// cannot be reached, with a *ConnectionError, or else a *url.Error.
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
		return fmt.Errorf("%w: it takes a code that does not exist", ErrNoTokenEndpoint)
	case IsUnknownClient(err), !errors.As(err, &answer), isPassing(err):
		return adviseClient(err)
	case answer.Code == "":
		return fmt.Errorf("%w: %w", ErrNoTokenEndpoint, err)
	}
	return nil
}

// tryRefresh asks again with a refresh token that nobody was given. With a code,
// Gitea answers "unauthorized_client" for an unknown code and also for a
// confidential application without its secret. With a refresh token, an
// application that is unknown or lacks its secret is an "invalid_client"
// (routers/web/auth/oauth2_provider.go). Nothing is spent here either.
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

// IsUnknownClient reports whether err is a server's answer that it does not know
// the client, or does not take its secret (RFC 6749 section 5.2, and GitHub).
func IsUnknownClient(err error) bool {
	return Is(err, "invalid_client") || Is(err, "unauthorized_client") || Is(err, "incorrect_client_credentials")
}
