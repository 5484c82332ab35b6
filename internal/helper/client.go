package helper

import (
	"context"

	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// networkFor finds out how git would talk to an endpoint, and tells the person what
// they should know of it.
func (h *Helper) networkFor(ctx context.Context, origin, endpoint string) (oauthflow.HTTPSettings, error) {
	network, err := h.Config.HTTP(ctx, origin, endpoint)
	if err == nil && network.NoVerify {
		origin := settings.OriginOf(endpoint)
		h.UI.CertificateNotVerified(origin, network.ToTrust(origin))
	}
	return network, err
}

// Client talks to an endpoint as git would: through its proxy, trusting whom it
// trusts. The origin is that of the git host, which may have a gateway in front.
func (h *Helper) Client(ctx context.Context, origin, endpoint string) (oauthflow.Client, error) {
	network, err := h.networkFor(ctx, origin, endpoint)
	if err != nil {
		return oauthflow.Client{}, err
	}
	http, err := oauthflow.NewHTTPClient(network)
	if err != nil {
		return oauthflow.Client{}, err
	}
	return trace.HTTP(h.Log(), oauthflow.Client{HTTP: http}), nil
}
