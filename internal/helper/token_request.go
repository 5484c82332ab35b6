package helper

import (
	"context"
	"errors"
	"net/url"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// exchangeRefreshToken asks the endpoint that the grant came from, as the application
// that it belongs to, even if the settings have changed.
func (r *refresher) exchangeRefreshToken(ctx context.Context, account cache.Account, refreshToken secret.Text) (oauthflow.Grant, error) {
	r.request.HTTP.ProxyPassword = r.request.ProxyPassword.Text
	r.request.HTTP.Gateway = oauthflow.Gateway{Origin: r.request.Origin}
	for _, header := range r.request.Gateway {
		r.request.HTTP.Gateway.Headers = append(r.request.HTTP.Gateway.Headers, header.Text)
	}
	http, err := oauthflow.NewHTTPClient(r.request.HTTP)
	if err != nil {
		return oauthflow.Grant{}, err
	}
	provider := oauthflow.Provider{Kind: account.Provider, ClientID: account.ClientID, TokenURL: account.TokenEndpoint, Scopes: account.Scopes}
	if r.request.ClientID == account.ClientID {
		provider.ClientSecret = r.request.ClientSecret.Text
	}
	return refreshWithRetry(ctx, trace.HTTP(r.Log(), oauthflow.Client{HTTP: http}), provider, refreshToken)
}

// refreshWithRetry asks again if an answer may not be final: if it was lost, and if it
// is "invalid_grant". The one that occurs twice counts, so there are at most three
// requests. Asking again costs nothing: a server that has used up the token, or has
// revoked it, cannot take away more.
func refreshWithRetry(ctx context.Context, client oauthflow.Client, provider oauthflow.Provider, refreshToken secret.Text) (oauthflow.Grant, error) {
	lost, dead := 0, 0
	for {
		grant, err := client.Refresh(ctx, provider, refreshToken)
		switch {
		case isLost(err):
			lost++
		case oauthflow.Is(err, "invalid_grant"):
			dead++
		default:
			return grant, err
		}
		if lost == 2 || dead == 2 {
			return grant, err
		}
		time.Sleep(retryPause)
	}
}

// isLost reports whether the connection failed, so that doorkey cannot know what the
// server did.
func isLost(err error) bool {
	if failed, explained := errors.AsType[*oauthflow.ConnectionError](err); explained {
		return !failed.Lasting && !failed.Timeout
	}
	failed, lost := errors.AsType[*url.Error](err)
	return lost && !failed.Timeout()
}

// retryPause is how long a network has to come back, and a server to learn about a token
// that it issued: GitLab's database replicas can lag behind.
const retryPause = time.Second
