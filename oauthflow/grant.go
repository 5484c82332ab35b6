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

// Grant is what a server gave.
type Grant struct {
	AccessToken  secret.Text
	RefreshToken secret.Text // empty if the server gives none
	Expiry       time.Time   // of the access token; zero: not known to end
	Scopes       []string    // as the server says, which may be none; where it says nothing, as asked for
}

// Client talks to OAuth servers.
type Client struct {
	// HTTP is how: NewHTTPClient makes one that keeps to the rules for tokens.
	HTTP *http.Client
}

// Refresh exchanges a refresh token for a new grant (RFC 6749 section 6). Where
// the server rotates, both old tokens are dead when it returns. A refresh token
// that is spent, revoked or of another client gives an *Error with the code
// "invalid_grant", whatever servers of the provider's Kind call it. Where the
// server does not know the client (IsUnknownClient), the error says what to do.
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

// isInvalidGrant reports whether err is a word of servers of the provider's Kind for
// what is no longer good.
func (p Provider) isInvalidGrant(err error) bool {
	k, known := kindNamed(p.Kind)
	return known && slices.ContainsFunc(k.spent, func(answer spentAnswer) bool { return answer.is(err) })
}

// requestGrant asks the token endpoint for what a form shows (RFC 6749 sections
// 4.1.3 and 6, RFC 8628 section 3.4). It asks once: codes and refresh tokens do
// not survive a second time.
func (c Client) requestGrant(ctx context.Context, provider Provider, form url.Values) (Grant, error) {
	answer, err := c.post(ctx, provider, provider.TokenURL, form)
	if err != nil {
		return Grant{}, err
	}
	return provider.grant(answer)
}

// grant checks what a server gave (RFC 6749 section 5.1).
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
	// A lifetime of nothing says nothing: git finds out when the token is dead.
	if lifetime, _ := answer.seconds("expires_in"); lifetime > 0 {
		grant.Expiry = time.Now().Add(lifetime)
	}
	// Without a word of it they are as asked for (RFC 6749 section 5.1). An empty
	// one is a word: tokens of GitHub's Apps have permissions instead.
	if scope, said := answer["scope"].(string); said {
		if p.Kind == "github" {
			scope = strings.ReplaceAll(scope, ",", " ")
		}
		grant.Scopes = strings.Fields(scope)
	}
	return grant, nil
}

// longestToken keeps a token within a line of git's protocol, in bytes.
const longestToken = 60000

// checkToken lets through the characters that RFC 6749 (appendix A.12) has for
// tokens, without the space: nothing that a line or a header could break at.
func checkToken(token string) error {
	if len(token) > longestToken {
		return fmt.Errorf("is longer than %d bytes", longestToken)
	}
	if !isVisibleASCII(token) {
		return errors.New("contains bytes that are not allowed in a token")
	}
	return nil
}

// isVisibleASCII reports whether a text has no spaces, no control characters
// and nothing beyond ASCII.
func isVisibleASCII(text string) bool {
	for _, c := range []byte(text) {
		if c < 0x21 || c > 0x7e {
			return false
		}
	}
	return true
}
