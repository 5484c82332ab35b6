package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// errNoRevocation means that nothing says where to revoke tokens of this server.
var errNoRevocation = errors.New("the server has no known revocation endpoint")

// Revoke revokes a token, of either kind, and the grant that it belongs to (RFC 7009).
// It is not an error if the server does not know the token. Revoke fails if the provider
// has no revocation endpoint, with an *Error (GitLab: status 403 for a token of another
// application), or without a connection.
func (c Client) Revoke(ctx context.Context, provider Provider, token secret.Text) error {
	if provider.RevokeURL == "" {
		return errNoRevocation
	}
	_, err := c.post(ctx, provider, provider.RevokeURL, url.Values{"token": {token.Reveal()}})
	return adviseClient(err)
}

// RevokeGrant revokes both tokens of a grant: first the refresh token, which no server
// revokes without its access tokens (RFC 7009 section 2.1), then the access token, which
// some servers leave until it expires. It returns the errors of Revoke.
//
// Doorkeeper before 5.8.1, which is part of GitLab, reports success but does not revoke
// a grant whose access token has expired, whichever of the two it gets: such a grant has
// to be refreshed first.
func (c Client) RevokeGrant(ctx context.Context, provider Provider, grant Grant) error {
	if !grant.RefreshToken.IsEmpty() {
		if err := c.Revoke(ctx, provider, grant.RefreshToken); err != nil || grant.AccessToken.IsEmpty() {
			return err
		}
		err := c.Revoke(ctx, provider, grant.AccessToken)
		if Is(err, "unsupported_token_type") {
			return nil // it expires soon (RFC 7009 section 2.2.1)
		}
		return err
	}
	return c.Revoke(ctx, provider, grant.AccessToken)
}

// RevocationURL returns the configured revocation endpoint of a host (oauthRevokeURL),
// for a grant that was issued when none was known: a token is sent nowhere else. It
// fails if none is configured.
func RevocationURL(origin string, settings Settings) (string, error) {
	if settings.RevokeURL == "" {
		return "", errNoRevocation
	}
	base, err := url.Parse(origin)
	if err != nil {
		return "", err
	}
	address, err := endpointURL(base, "", settings.RevokeURL, "")
	if err != nil {
		return "", fmt.Errorf("oauthRevokeURL %q: %v", secret.HideIn(settings.RevokeURL), err)
	}
	return address, nil
}

// GrantsPage returns the page where users see the applications that they authorized and
// can revoke access; "" if it is unknown.
func GrantsPage(kind, tokenURL string) string {
	page := map[string]string{
		"gitlab": "/-/user_settings/applications",
		"github": "/settings/applications",
		"gitea":  "/user/settings/applications", "forgejo": "/user/settings/applications",
		"bitbucket": "/account/settings/app-authorizations/",
	}[kind]
	row, known := kindNamed(kind)
	root, found := strings.CutSuffix(tokenURL, row.tokenPath)
	if page == "" || !known || !found {
		return ""
	}
	return root + page
}

// RevocationIsIsolated reports whether a kind of server is known to revoke only one
// sign-in by its tokens, and no other one of the same user and application. RFC 7009
// (section 2.1) leaves that to the server, and some revoke all. Doorkeeper, which is
// part of GitLab, has a row for each.
func RevocationIsIsolated(kind string) bool { return kind == "gitlab" }
