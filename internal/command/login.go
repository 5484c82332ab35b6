package command

import (
	"context"
	"fmt"
	"io"
	"time"

	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/oauthflow"
)

// Login signs in, whatever the cache contains: the user has just asked for it, so
// neither a recent refusal nor a setting against asking prevents it. The old grant stays
// until the new one is on disk, and is then revoked on the server, because nobody would
// use it again.
func Login(ctx context.Context, h *helper.Helper, given Arguments, _ io.Writer) error {
	target, q, err := askedAbout(ctx, h, given)
	if err != nil {
		return err
	}
	provider, configured, err := providerFor(ctx, h, q)
	if err != nil {
		return err
	}
	q.Path = target.Path // reveals where on the host the server runs, if nothing else does
	configured.MayAsk, configured.MayPrompt, configured.ByLogin = true, true, true
	ctx, stop := terminal.UntilInterrupted(ctx)
	defer stop()
	replaced, signedIn, err := h.ReplaceGrant(ctx, q, provider, configured)
	if err != nil {
		return err
	}
	h.UI.SignedIn(q.Origin, signedIn.Account, time.Now())
	h.RevokeReplaced(ctx, q, replaced, signedIn, configured)
	return nil
}

// providerFor finds out how to sign in to a host that the user named.
func providerFor(ctx context.Context, h *helper.Helper, q helper.Question) (oauthflow.Provider, settings.Settings, error) {
	configured, err := h.Config.For(ctx, q.Request)
	if err != nil {
		return oauthflow.Provider{}, configured, err
	}
	provider, err := h.Resolve(ctx, q, configured.OAuth)
	if helper.IsUnknown(err) {
		err = fmt.Errorf("no OAuth application is configured for %s\nrun: git credential-doorkey setup %s", q.Origin, q.Origin)
	}
	return provider, configured, err
}
