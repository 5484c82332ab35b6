package helper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/oauthflow"
)

// ReplaceGrant signs in, and returns the grants that the new one replaced, as far as they
// can be read: this machine's own, and the fleet's if the new one is for the fleet.
func (h *Helper) ReplaceGrant(ctx context.Context, q Question, provider oauthflow.Provider, configured settings.Settings) (replaced []Entry, signedIn Entry, err error) {
	attempt, err := h.newSignInAttempt(q, provider, configured, cache.Refusal{})
	if err != nil {
		return nil, Entry{}, err
	}
	if configured.Fleet.IsSet() {
		if err := attempt.prepareFleet(ctx); err != nil {
			return nil, Entry{}, err
		}
	}
	signInLock, err := h.awaitSignIn(ctx, q.Origin, configured)
	if err != nil {
		return nil, Entry{}, err
	}
	defer signInLock.End()
	signedIn, before, err := attempt.askAndStore(ctx, signInLock)
	if err != nil && signedIn.Usable() && !errors.As(err, new(notPublishedError)) {
		err = fmt.Errorf("signed in to %s, but could not store that: %v\nrun the command again", q.Origin, err)
	}
	if err != nil {
		return nil, Entry{}, err
	}
	if attempt.shared != nil {
		replaced = append(replaced, attempt.shared.replaced)
	}
	for _, account := range before {
		if signedIn.Account.Same(account) && !account.IsShared() { // other machines may still use a fleet's grant
			// A grant that cannot be read, because its key is missing, cannot be revoked
			// either.
			secrets, _ := h.Cache.Unseal(ctx, q.Origin, account)
			replaced = append(replaced, Entry{account, secrets})
		}
	}
	return replaced, signedIn, h.removeShadowingPasswords(ctx, q, before)
}

// removeShadowingPasswords removes the passwords that git would get instead of the new
// grant.
func (h *Helper) removeShadowingPasswords(ctx context.Context, q Question, accounts []cache.Account) error {
	q.Path = ""
	shadows := slices.DeleteFunc(slices.Clone(accounts), func(account cache.Account) bool { return !q.Matches(account) || account.Path != "" })
	if len(shadows) == 0 {
		return nil
	}
	locked, err := h.Lock(ctx, q.Origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	if err := locked.Forget(shadows...); err != nil {
		return err
	}
	for _, account := range shadows {
		h.UI.PasswordForgotten(q.Origin, account)
	}
	return nil
}

// RevokeReplaced revokes the grants that a new one replaced, if that does not affect the
// new one.
func (h *Helper) RevokeReplaced(ctx context.Context, q Question, replaced []Entry, signedIn Entry, configured settings.Settings) {
	for _, old := range replaced {
		if !mayRevoke(old, signedIn) {
			continue
		}
		if err := h.RevokeGrant(ctx, q.Origin, old, configured.OAuth); err != nil && !terminal.IsCanceled(err) {
			h.UI.OldGrantNotRevoked(q.Origin, oauthflow.GrantsPage(old.Account.Provider, old.Account.TokenEndpoint), err)
		}
	}
}

// mayRevoke reports whether a grant can be revoked without the one that replaced it: the
// server is known, not only guessed, to revoke no other, and it has not returned an
// unexpired token again (Doorkeeper's reuse_access_token).
func mayRevoke(old, signedIn Entry) bool {
	a, b := old.Secrets, signedIn.Secrets
	isShared := !a.AccessToken.IsEmpty() && a.AccessToken.Equal(b.AccessToken) || !a.RefreshToken.IsEmpty() && a.RefreshToken.Equal(b.RefreshToken)
	return old.Account.IsGrant() && !isShared && !old.Account.ProviderGuessed && oauthflow.RevocationIsIsolated(old.Account.Provider)
}
