package main

import (
	"context"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
)

// erase forgets what git says that the server refused: of a grant the access
// token, if it is the current one. Its refresh token stays, and the next get
// refreshes. A process that was given an older token changes nothing.
//
// A request without a password is a person's "git credential reject": the
// account is forgotten whole.
func (d *doorkey) erase(ctx context.Context) error {
	request, err := credential.Read(d.in)
	if err != nil {
		return err
	}
	q := ask(request)
	if q.origin == "" {
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
	if concerned, err = d.concerned(ctx, q); err != nil {
		return err
	}
	for _, refused := range concerned {
		if err := d.drop(ctx, locked, q, refused); err != nil {
			return err
		}
	}
	return nil
}

// concerned lists the accounts that an erase is about. A token says by itself
// which grant it is of; git names no label with it, but the user name that it
// was given.
func (d *doorkey) concerned(ctx context.Context, q question) (concerned []entry, err error) {
	accounts, err := d.cache.Accounts(q.origin)
	if err != nil {
		return nil, err
	}
	for _, account := range accounts {
		if !q.Password.IsSet() && (account.Answers(q.label) || !account.IsGrant() && q.fits(account)) {
			concerned = append(concerned, entry{account: account})
		}
		if !q.Password.IsSet() || !account.IsGrant() && !q.fits(account) {
			continue
		}
		secrets, err := d.cache.Unseal(ctx, q.origin, account)
		if err != nil {
			return nil, explainKey(err)
		}
		if current(account, secrets).Equal(q.Password) {
			concerned = append(concerned, entry{account, secrets})
		}
	}
	return concerned, nil
}

// current is what git was given of an account as password.
func current(account cache.Account, secrets cache.Secrets) secret.Text {
	if account.IsGrant() {
		return secrets.AccessToken
	}
	return secrets.Password
}

// drop takes the refused part out of an account.
func (d *doorkey) drop(ctx context.Context, locked *cache.Locked, q question, refused entry) error {
	if !refused.account.IsGrant() || !q.Password.IsSet() {
		return locked.Forget(refused.account.Same)
	}
	refused.secrets.AccessToken = secret.Text{}
	refused.account.Expiry = refused.account.Obtained // it is over: get need not unseal it to see that
	_, err := locked.Put(ctx, refused.account.Place(), refused.account, refused.secrets)
	return explainKey(err)
}
