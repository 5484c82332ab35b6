package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// errNoRevocation: nothing says where tokens of this server are revoked.
var errNoRevocation = errors.New("the server has no known revocation endpoint")

// Revoke makes a token, of either kind, and the grant that it belongs to worth
// nothing (RFC 7009). A token that the server does not know is no error. It
// fails where the provider has no address for that, with an *Error (GitLab: status
// 403 for a token of another application) or for want of a connection.
func (c Client) Revoke(ctx context.Context, provider Provider, token secret.Text) error {
	if provider.RevokeURL == "" {
		return errNoRevocation
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

// RevocationURL returns where a person has said that tokens of a host are revoked
// (oauthRevokeURL), for a grant that was given when nobody had: a token goes
// nowhere else. It fails where nothing is said.
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

// GrantsPage returns the page on which people see the applications that they
// have let in and can end what these may do; "" where it is not known.
func GrantsPage(kind, tokenURL string) string {
	page := map[string]string{
		"gitlab": "/-/user_settings/applications",
		"github": "/settings/applications",
		"gitea":  "/user/settings/applications", "forgejo": "/user/settings/applications",
	}[kind]
	row, known := kindNamed(kind)
	root, found := strings.CutSuffix(tokenURL, row.tokenPath)
	if page == "" || !known || !found {
		return ""
	}
	return root + page
}

// RevocationIsIsolated reports whether a server of a kind is known to end one sign-in
// with its tokens, and no other of the same person and application. RFC 7009
// (section 2.1) leaves that to the server, and some end all of them. Doorkeeper,
// which is in GitLab, has a row for each.
func RevocationIsIsolated(kind string) bool { return kind == "gitlab" }
