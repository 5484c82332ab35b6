package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/oauthflow"
)

// login signs in, whatever the cache has: the person has just asked for it, so
// neither a recent refusal nor a setting against asking stops it. The old grant
// stays until the new one is on disk, and then is ended at the server, where
// nobody would ever use it again.
func (d *doorkey) login(ctx context.Context, given arguments) error {
	target, q, err := d.askedAbout(ctx, given)
	if err != nil {
		return err
	}
	provider, settings, err := d.providerFor(ctx, q)
	if err != nil {
		return err
	}
	q.Path = target.path // it tells where on the host the server is, if nothing else does
	settings.mayAsk, settings.mayPrompt = true, true
	ctx, stop := untilInterrupted(ctx)
	defer stop()
	old, signedIn, err := d.replaceGrant(ctx, q, provider, settings)
	if err != nil {
		return err
	}
	d.person.signedIn(q.origin, signedIn.account, d.now())
	d.endReplaced(ctx, q, old, settings)
	return nil
}

// providerFor finds out how to sign in at a host for a person who has named it.
func (d *doorkey) providerFor(ctx context.Context, q question) (oauthflow.Provider, settings, error) {
	settings, err := d.readSettings(ctx, q.Request)
	if err != nil {
		return oauthflow.Provider{}, settings, err
	}
	provider, err := d.resolve(ctx, q, settings.oauth)
	if isUnknown(err) {
		err = fmt.Errorf("no OAuth application is configured for %s\nrun: git credential-doorkey setup %s", q.origin, q.origin)
	}
	return provider, settings, err
}

// replaceGrant signs in, and returns the grant that stood in the new one's place,
// as far as it can be read.
func (d *doorkey) replaceGrant(ctx context.Context, q question, provider oauthflow.Provider, settings settings) (old, signedIn entry, err error) {
	asking, err := d.newAsking(q, provider, settings, time.Time{})
	if err != nil {
		return entry{}, entry{}, err
	}
	right, err := d.awaitSignIn(ctx, q.origin, settings)
	if err != nil {
		return entry{}, entry{}, err
	}
	defer right.End()
	signedIn, before, err := asking.askAndKeep(ctx, right)
	if err != nil {
		return entry{}, entry{}, err
	}
	for _, account := range before {
		if signedIn.account.Same(account) {
			// What cannot be read, for want of its key, cannot be ended either.
			secrets, _ := d.cache.Unseal(ctx, q.origin, account)
			old = entry{account, secrets}
		}
	}
	return old, signedIn, d.forgetShadows(ctx, q, before)
}

// forgetShadows forgets the passwords that git would be given instead of the new
// grant.
func (d *doorkey) forgetShadows(ctx context.Context, q question, accounts []cache.Account) error {
	q.Path = ""
	shadows := func(account cache.Account) bool { return q.fits(account) && account.Path == "" }
	if !slices.ContainsFunc(accounts, shadows) {
		return nil
	}
	locked, err := d.lockToChange(ctx, q.origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	if err := locked.Forget(shadows); err != nil {
		return err
	}
	for _, account := range accounts {
		if shadows(account) {
			d.person.passwordForgotten(q.origin, account)
		}
	}
	return nil
}

// endReplaced ends the grant that a new one has replaced, where the server is
// known to leave the new one alone.
func (d *doorkey) endReplaced(ctx context.Context, q question, old entry, settings settings) {
	if !old.account.IsGrant() || !oauthflow.RevokesAlone(old.account.Provider) {
		return
	}
	if err := d.endGrant(ctx, q.origin, old, settings.oauth); err != nil && !isInterrupt(err) {
		d.person.oldGrantStays(q.origin, oauthflow.GrantsPage(old.account.Provider, old.account.TokenEndpoint), err)
	}
}
