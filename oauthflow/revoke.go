package oauthflow

import (
	"context"
	"errors"
	"net/url"

	"git-credential-doorkey/internal/secret"
)

// ErrNoRevocation: nothing says where tokens of this server are revoked.
var ErrNoRevocation = errors.New("the server has no known address to revoke tokens at")

// Revoke makes a token, of either kind, and the grant that it belongs to worth
// nothing (RFC 7009). A token that the server does not know is no error. It
// fails with ErrNoRevocation, with an *Error (GitLab: status 403 for a token of
// another application) or for want of a connection.
func (c Client) Revoke(ctx context.Context, provider Provider, token secret.Text) error {
	if provider.RevokeURL == "" {
		return ErrNoRevocation
	}
	_, err := c.post(ctx, provider, provider.RevokeURL, url.Values{"token": {token.Reveal()}})
	return adviseClient(err)
}
