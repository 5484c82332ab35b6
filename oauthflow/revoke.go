package oauthflow

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

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

// RevokeGrant makes both tokens of a grant worth nothing: first the refresh
// token, which no server takes without its access tokens (RFC 7009 section 2.1),
// then the access token, which some leave to its end. Its errors are those of
// Revoke.
//
// Doorkeeper before 5.8.1, which is in GitLab, answers as if it had and keeps
// the grant if the access token is over, whichever of the two it is sent: such a
// grant has to be refreshed first.
func (c Client) RevokeGrant(ctx context.Context, provider Provider, grant Grant) error {
	if !grant.RefreshToken.IsEmpty() {
		if err := c.Revoke(ctx, provider, grant.RefreshToken); err != nil || grant.AccessToken.IsEmpty() {
			return err
		}
		err := c.Revoke(ctx, provider, grant.AccessToken)
		if Is(err, "unsupported_token_type") {
			return nil // it ends by itself soon (RFC 7009 section 2.2.1)
		}
		return err
	}
	return c.Revoke(ctx, provider, grant.AccessToken)
}

// RevocationURL returns where the tokens that came from a token endpoint are
// revoked: as configured, else where servers of that kind have it, at the same
// origin. So a token goes nowhere else unless somebody has said so. It fails
// with ErrNoRevocation.
func RevocationURL(origin, kind, tokenURL string, settings Settings) (string, error) {
	if settings.RevokeURL == "" {
		row, root, found := placeOf(kind, tokenURL)
		if !found || row.revokePath == "" {
			return "", ErrNoRevocation
		}
		return root + row.revokePath, nil
	}
	base, err := url.Parse(origin)
	if err != nil {
		return "", err
	}
	return endpointURL(base, "", settings.RevokeURL, "")
}

// placeOf returns the row of a kind and the address of the server's root, which
// is what stands before the kind's own path in the address of its token endpoint.
func placeOf(name, tokenURL string) (row kind, root string, found bool) {
	i := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, "", false
	}
	row = kinds()[i]
	root, found = strings.CutSuffix(tokenURL, row.tokenPath)
	return row, root, found
}

// GrantsPage returns the page on which people see the applications that they
// have let in and can end what these may do; "" where it is not known.
func GrantsPage(kind, tokenURL string) string {
	page := map[string]string{
		"gitlab": "/-/user_settings/applications",
		"github": "/settings/applications",
		"gitea":  "/user/settings/applications", "forgejo": "/user/settings/applications",
	}[kind]
	_, root, found := placeOf(kind, tokenURL)
	if page == "" || !found {
		return ""
	}
	return root + page
}

// RevokesAlone reports whether a server of a kind is known to end one sign-in
// with its tokens, and no other of the same person and application. RFC 7009
// (section 2.1) leaves that to the server, and some end all of them. Doorkeeper,
// which is in GitLab, has a row for each.
func RevokesAlone(kind string) bool { return kind == "gitlab" }
