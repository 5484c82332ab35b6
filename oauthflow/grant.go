package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// Grant is what a server issued.
type Grant struct {
	AccessToken  secret.Text
	RefreshToken secret.Text // empty if the server issued none
	Expiry       time.Time   // of the access token; zero: unknown
	Scopes       []string    // as the server says, possibly none; if it says nothing, as requested
}

// Client talks to OAuth servers.
type Client struct {
	// HTTP sends the requests: NewHTTPClient makes a client that follows the rules for
	// tokens.
	HTTP *http.Client
}

// Refresh exchanges a refresh token for a new grant (RFC 6749 section 6). If the server
// rotates tokens, both old tokens are invalid when it returns. A refresh token that is
// used up, revoked or of another client causes an *Error with the code "invalid_grant",
// whatever servers of the provider's Kind return. If the server does not know the client
// (IsUnknownClient), the error has a hint.
func (c Client) Refresh(ctx context.Context, provider Provider, refreshToken secret.Text) (Grant, error) {
	grant, err := c.requestGrant(ctx, provider, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refreshToken.Reveal()},
	})
	var answer *Error
	if provider.isInvalidGrant(err) && errors.As(err, &answer) {
		return Grant{}, &Error{Code: "invalid_grant", Description: answer.Description, Status: answer.Status}
	}
	return grant, adviseClient(err)
}

// isInvalidGrant reports whether err is what servers of the provider's Kind return for
// an invalid refresh token.
func (p Provider) isInvalidGrant(err error) bool {
	k, known := kindNamed(p.Kind)
	return known && slices.ContainsFunc(k.spent, func(answer invalidTokenAnswer) bool { return answer.is(err) })
}

// requestGrant sends a form to the token endpoint (RFC 6749 sections 4.1.3 and 6, RFC
// 8628 section 3.4). It asks once: codes and refresh tokens may be used up by the first
// request.
func (c Client) requestGrant(ctx context.Context, provider Provider, form url.Values) (Grant, error) {
	answer, err := c.post(ctx, provider, provider.TokenURL, form)
	if err != nil {
		return Grant{}, err
	}
	return provider.grant(answer)
}

// grant checks what a server issued (RFC 6749 section 5.1).
func (p Provider) grant(answer fields) (Grant, error) {
	access, refresh := answer.text("access_token"), answer.text("refresh_token")
	if access == "" {
		return Grant{}, errors.New("the server's answer has no access token")
	}
	for name, token := range map[string]string{"access token": access, "refresh token": refresh} {
		if err := checkToken(token); err != nil {
			return Grant{}, fmt.Errorf("the server returned an invalid %s: it %v", name, err)
		}
	}
	grant := Grant{AccessToken: secret.New(access), RefreshToken: secret.New(refresh), Scopes: p.Scopes}
	// A lifetime of 0 means nothing: git finds out when the token has expired.
	if lifetime, _ := answer.seconds("expires_in"); lifetime > 0 {
		grant.Expiry = time.Now().Add(lifetime)
	}
	// If the answer has no scope, the requested ones were granted (RFC 6749 section
	// 5.1). An empty scope has a meaning: tokens of GitHub Apps have permissions
	// instead.
	if scope, said := answer["scope"].(string); said {
		if p.Kind == "github" {
			scope = strings.ReplaceAll(scope, ",", " ")
		}
		grant.Scopes = strings.Fields(scope)
	}
	return grant, nil
}

// longestToken, in bytes, lets a token fit on a line of git's protocol.
const longestToken = 60000

// checkToken accepts the characters that RFC 6749 (appendix A.12) allows in tokens,
// without the space: nothing that could break a line or a header.
func checkToken(token string) error {
	if len(token) > longestToken {
		return fmt.Errorf("is longer than %d bytes", longestToken)
	}
	if !isVisibleASCII(token) {
		return errors.New("contains bytes that are not allowed in a token")
	}
	return nil
}

// isVisibleASCII reports whether a text has no spaces, no control characters and only
// ASCII.
func isVisibleASCII(text string) bool {
	for _, c := range []byte(text) {
		if c < 0x21 || c > 0x7e {
			return false
		}
	}
	return true
}
