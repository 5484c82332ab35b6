package main

import (
	"context"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
)

// erase forgets what git says that the server refused: of a grant the access
// token, if it is the current one. Its refresh token stays, and the next get
// refreshes. A process that was given an older token changes nothing. Of
// passwords all that match are forgotten, as git's own helpers do.
//
// A request without a password is a person's "git credential reject": what it
// names is forgotten whole, and all of the host if it names no user.
func (d *doorkey) erase(ctx context.Context) error {
	request, err := credential.Read(d.in)
	if err != nil {
		return err
	}
	q := questionOf(request)
	if q.origin == "" || q.Credential.IsSet() && !q.Password.IsSet() { // nothing that is ever given out from here
		return nil
	}
	concerned, err := d.concerned(ctx, q)
	if err != nil || len(concerned) == 0 {
		return err
	}
	locked, err := d.lockToChange(ctx, q.origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	concerned, err = d.concerned(ctx, q)
	d.trace.Info("erase", "origin", q.origin, "label", q.shownLabel(), "password", q.Password, "accounts", len(concerned), outcome(err))
	if err != nil {
		return err
	}
	return d.drop(ctx, locked, q, concerned)
}

// concerned lists the accounts that an erase is about. A token says by itself
// which grant it is of; git names no label with it, but the user name that it
// was given. What cannot be read matters only if nothing else is the one: it may
// be.
func (d *doorkey) concerned(ctx context.Context, q question) (concerned []entry, err error) {
	accounts, err := d.cache.Accounts(q.origin)
	if err != nil {
		return nil, err
	}
	accounts = slices.DeleteFunc(accounts, func(account cache.Account) bool {
		meant := !q.UsernameGiven || q.Password.IsSet() || account.Answers(q.label)
		return !q.fits(account) && !(account.IsGrant() && meant)
	})
	secrets := make([]cache.Secrets, len(accounts))
	if q.Password.IsSet() {
		secrets, err = d.cache.UnsealAll(ctx, q.origin, accounts)
	}
	for i, account := range accounts {
		if !q.Password.IsSet() || current(account, secrets[i]).Equal(q.Password) {
			concerned = append(concerned, entry{account, secrets[i]})
		}
	}
	if len(concerned) > 0 {
		return concerned, nil
	}
	return nil, explainKey(err)
}

// current is what git was given of an account as password.
func current(account cache.Account, secrets cache.Secrets) secret.Text {
	if account.IsGrant() {
		return secrets.AccessToken
	}
	return secrets.Password
}

// drop takes the refused tokens out of their grants, and forgets the rest.
func (d *doorkey) drop(ctx context.Context, locked *cache.Locked, q question, concerned []entry) error {
	var forgotten []cache.Account
	for _, refused := range concerned {
		if !refused.account.IsGrant() || !q.Password.IsSet() {
			forgotten = append(forgotten, refused.account)
			continue
		}
		refused = refused.over()
		if _, err := locked.Put(ctx, refused.account.Place(), refused.account, refused.secrets); err != nil {
			return explainKey(err)
		}
	}
	if len(forgotten) == 0 {
		return nil
	}
	return locked.Forget(func(account cache.Account) bool { return slices.ContainsFunc(forgotten, account.Same) })
}
