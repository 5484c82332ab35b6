package main

import (
	"context"
	"errors"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
)

// entry is an account and its secrets.
type entry struct {
	account cache.Account
	secrets cache.Secrets
}

// lookUp finds the account that a question means, with its secrets if it can be
// handed out as it is. The zero entry is none. This is all that most questions
// need: no lock, no child process, no network.
func (d *doorkey) lookUp(ctx context.Context, q question) (entry, error) {
	accounts, err := d.cache.Accounts(q.origin)
	if err != nil {
		return entry{}, err
	}
	account, found := q.choose(accounts)
	if !found || !account.Fresh(d.now()) {
		return entry{account: account}, nil
	}
	secrets, err := d.cache.Unseal(ctx, q.origin, account)
	switch {
	case errors.Is(err, cache.ErrKeyGone):
		d.person.keyIsGone(q.origin)
		return entry{}, nil
	case err != nil:
		return entry{}, explainKey(err)
	case q.refused != "" && secrets.AccessToken.Fingerprint() == q.refused:
		return entry{account: account}, nil
	}
	return entry{account, secrets}, nil
}

// choose picks the account: a password that fits, else the grant with the label.
func (q question) choose(accounts []cache.Account) (cache.Account, bool) {
	for _, account := range accounts {
		if !account.IsGrant() && q.fits(account) {
			return account, true
		}
	}
	for _, account := range accounts {
		if account.Answers(q.label) {
			return account, true
		}
	}
	return cache.Account{}, false
}

// fits reports whether a kept password belongs to what is asked for, as git's
// own helpers match: what the request leaves out fits everything.
func (q question) fits(account cache.Account) bool {
	return (!q.UsernameGiven || q.Username == account.Username) && (q.Path == "" || q.Path == account.Path)
}

// usable reports whether the entry has something to hand out now.
func (e entry) usable(now time.Time) bool {
	return e.account.Fresh(now) && (e.secrets.Password.IsSet() || !e.secrets.AccessToken.IsEmpty())
}

// response is the entry as git wants it; the zero entry is "I do not know".
func (e entry) response() credential.Response {
	if e.account.IsGrant() {
		return credential.Response{
			Username: e.account.AnswerUsername, Password: e.secrets.AccessToken, PasswordExpiry: e.account.Expiry,
		}
	}
	return credential.Response{
		Username: e.account.Username, UsernameGiven: e.secrets.Password.IsSet(), Password: e.secrets.Password,
		PasswordExpiry: e.account.Expiry, OAuthRefreshToken: e.secrets.RefreshToken,
	}
}
