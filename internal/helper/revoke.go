package helper

import (
	"context"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// revocationTimeout is how long a server has to revoke a grant: the user waits, and can
// revoke the grant by hand.
const revocationTimeout = 30 * time.Second

// RevokeGrant revokes a grant on its server, with both tokens. It first refreshes a
// grant whose access token has expired: Doorkeeper, which is part of GitLab, would not
// revoke it and not say so.
func (h *Helper) RevokeGrant(ctx context.Context, origin string, e Entry, configured oauthflow.Settings) error {
	begun := time.Now()
	err := h.revokeGrant(ctx, origin, e, configured)
	h.Log().Info("end grant", "origin", origin, "label", e.Account.Username, "revocation_endpoint", secret.HideIn(e.Account.RevocationEndpoint),
		"fresh", e.Account.Fresh(h.now()), "access_token", e.Secrets.AccessToken, "refresh_token", e.Secrets.RefreshToken, trace.Outcome(err), trace.Took(begun))
	return err
}

func (h *Helper) revokeGrant(ctx context.Context, origin string, e Entry, configured oauthflow.Settings) error {
	grant := oauthflow.Grant{AccessToken: e.Secrets.AccessToken, RefreshToken: e.Secrets.RefreshToken}
	if grant.AccessToken.IsEmpty() && grant.RefreshToken.IsEmpty() {
		return nil // the server has already revoked it
	}
	provider, err := revocationProvider(origin, e.Account, configured)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, revocationTimeout)
	defer cancel()
	if !e.Account.Fresh(h.now()) && !grant.RefreshToken.IsEmpty() {
		renewed, err := h.refreshToRevoke(ctx, origin, provider, grant)
		if err != nil {
			return err
		}
		grant = renewed
	}
	client, err := h.Client(ctx, origin, provider.RevokeURL)
	if err != nil {
		return err
	}
	return client.RevokeGrant(ctx, provider, grant)
}

// refreshToRevoke refreshes a grant that cannot be revoked with its old tokens. The new
// tokens are not stored. A revoked grant is returned unchanged.
func (h *Helper) refreshToRevoke(ctx context.Context, origin string, provider oauthflow.Provider, grant oauthflow.Grant) (oauthflow.Grant, error) {
	client, err := h.Client(ctx, origin, provider.TokenURL)
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

// revocationProvider returns the provider with all that a revocation requires: as the
// application that the grant belongs to, at the endpoint that was encrypted with it.
func revocationProvider(origin string, account cache.Account, configured oauthflow.Settings) (oauthflow.Provider, error) {
	provider := oauthflow.Provider{
		Kind: account.Provider, ClientID: account.ClientID, Scopes: account.Scopes,
		TokenURL: account.TokenEndpoint, RevokeURL: account.RevocationEndpoint,
	}
	if configured.ClientID == account.ClientID {
		provider.ClientSecret = configured.ClientSecret
	}
	if provider.RevokeURL != "" {
		return provider, nil
	}
	var err error
	provider.RevokeURL, err = oauthflow.RevocationURL(origin, configured)
	return provider, err
}
