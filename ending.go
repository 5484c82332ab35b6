package main

import (
	"context"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// endingPatience is how long a server gets to end a grant: the person waits, and
// the grant can be ended by hand.
const endingPatience = 30 * time.Second

// endGrant ends a grant at its server, with both tokens. One whose access token
// is over is refreshed first: Doorkeeper, which is in GitLab, keeps it otherwise
// and does not say so.
func (d *doorkey) endGrant(ctx context.Context, origin string, e entry, settings oauthflow.Settings) error {
	begun := d.now()
	err := d.revokeGrant(ctx, origin, e, settings)
	d.trace.Info("end grant", "origin", origin, "label", e.account.Username, "revocation_endpoint", secret.HideIn(e.account.RevocationEndpoint),
		"fresh", e.account.Fresh(begun), "access_token", e.secrets.AccessToken, "refresh_token", e.secrets.RefreshToken, outcome(err), d.took(begun))
	return err
}

func (d *doorkey) revokeGrant(ctx context.Context, origin string, e entry, settings oauthflow.Settings) error {
	grant := oauthflow.Grant{AccessToken: e.secrets.AccessToken, RefreshToken: e.secrets.RefreshToken}
	if grant.AccessToken.IsEmpty() && grant.RefreshToken.IsEmpty() {
		return nil // the server has ended it before
	}
	provider, err := revoker(origin, e.account, settings)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, endingPatience)
	defer cancel()
	if !e.account.Fresh(d.now()) && !grant.RefreshToken.IsEmpty() {
		renewed, err := d.renewToEnd(ctx, provider, grant)
		if err != nil {
			return err
		}
		grant = renewed
	}
	client, err := d.client(ctx, provider.RevokeURL)
	if err != nil {
		return err
	}
	return client.RevokeGrant(ctx, provider, grant)
}

// renewToEnd refreshes a grant, whose end would not come of its old tokens. What
// it gives is kept nowhere. A grant that is gone is returned as it was.
func (d *doorkey) renewToEnd(ctx context.Context, provider oauthflow.Provider, grant oauthflow.Grant) (oauthflow.Grant, error) {
	client, err := d.client(ctx, provider.TokenURL)
	if err != nil {
		return oauthflow.Grant{}, err
	}
	renewed, err := client.Refresh(ctx, provider, grant.RefreshToken)
	if oauthflow.Is(err, "invalid_grant") {
		return grant, nil
	}
	if err == nil && renewed.RefreshToken.IsEmpty() {
		renewed.RefreshToken = grant.RefreshToken
	}
	return renewed, err
}

// revoker is the provider with all that ending a grant takes: as the application
// that the grant was given to, at the address that was sealed along with it.
func revoker(origin string, account cache.Account, settings oauthflow.Settings) (oauthflow.Provider, error) {
	provider := oauthflow.Provider{
		Kind: account.Provider, ClientID: account.ClientID, Scopes: account.Scopes,
		TokenURL: account.TokenEndpoint, RevokeURL: account.RevocationEndpoint,
	}
	if settings.ClientID == account.ClientID {
		provider.ClientSecret = settings.ClientSecret
	}
	if provider.RevokeURL != "" {
		return provider, nil
	}
	var err error
	provider.RevokeURL, err = oauthflow.RevocationURL(origin, settings)
	return provider, err
}
