package main

import (
	"context"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
)

// store keeps a password that a person typed for a host that doorkey does not
// sign in to. Where it has a grant there is nothing to do: the token came from
// here, and nobody overwrites a grant from outside.
func (d *doorkey) store(ctx context.Context) error {
	request, err := credential.Read(d.in)
	if err != nil {
		return err
	}
	origin := request.Origin()
	if origin == "" || !request.UsernameGiven || !request.Password.IsSet() || request.Ephemeral {
		return nil
	}
	if slices.ContainsFunc(request.State, isOurState) {
		return nil
	}
	accounts, err := d.cache.Accounts(origin)
	if err != nil || slices.ContainsFunc(accounts, cache.Account.IsGrant) {
		return err
	}
	settings, err := readSettings(ctx, request)
	if err != nil || settings.place == keepNothing {
		return err
	}
	locked, err := d.cache.Lock(ctx, origin, d.person.busy(origin))
	if err != nil {
		return err
	}
	defer locked.Unlock()
	_, err = locked.Put(ctx, settings.place, cache.Account{
		Username: request.Username, Path: request.Path, Obtained: d.now(), Expiry: request.PasswordExpiry,
	}, cache.Secrets{Password: request.Password, RefreshToken: request.OAuthRefreshToken})
	return explainKey(err)
}

func isOurState(state string) bool {
	_, _, ours := parseState(state)
	return ours
}
