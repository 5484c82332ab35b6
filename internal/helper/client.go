package helper

import (
	"context"

	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// networkFor finds out how git would connect to an endpoint, and warns the user about
// insecure settings.
func (h *Helper) networkFor(ctx context.Context, origin, endpoint string) (oauthflow.HTTPSettings, error) {
	network, err := h.Config.HTTP(ctx, origin, endpoint)
	if err == nil && network.NoVerify {
		origin := settings.OriginOf(endpoint)
		h.UI.CertificateNotVerified(origin, network.ToTrust(origin))
	}
	return network, err
}

// Client returns a client that connects to an endpoint as git would: through the same
// proxy, trusting the same authorities. The origin is the git host's, which may have a
// gateway in front of it.
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
