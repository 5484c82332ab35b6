package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
)

// entry is an account and its secrets.
type entry struct {
	account cache.Account
	secrets cache.Secrets
}

// lookUp finds the account that a question means, with its secrets if it can be
// handed out as it is. The zero entry is none. This is all that most questions
// need: no lock, no child process, no network. An account that cannot be unsealed
// comes with the error.
func (d *doorkey) lookUp(ctx context.Context, q question) (entry, error) {
	accounts, err := d.cache.Accounts(q.origin)
	if err != nil {
		return entry{}, err
	}
	account, found := q.choose(accounts, d.now())
	d.trace.Info("look up", "accounts", len(accounts), "found", found, "grant", account.IsGrant(), "label", account.Username,
		"fresh", found && account.Fresh(d.now()), "expiry", account.Expiry, "ended", account.Ended)
	if !found || !account.Fresh(d.now()) {
		return entry{account: account}, nil
	}
	begun := d.now()
	secrets, err := d.cache.Unseal(ctx, q.origin, account)
	d.trace.Info("unseal", "key", account.Place(), "access_token", secrets.AccessToken, "refused", q.refused, outcome(err), d.took(begun))
	switch {
	case errors.Is(err, cache.ErrKeyGone):
		d.person.keyIsGone(q.origin, account.Place())
		return entry{}, nil
	case err != nil && account.IsGrant():
		return entry{account: account}, explainKey(err)
	case err != nil:
		return entry{account: account}, explainPasswordKey(err)
	case q.refused != "" && secrets.AccessToken.Fingerprint() == q.refused:
		return entry{account: account}, nil
	}
	return entry{account, secrets}, nil
}

// choose picks the account: a password that fits, else the grant with the label,
// else a password that fits and is over, else the grant also where it is spent. Of
// several the one that was kept last, as git's store helper has it.
func (q question) choose(accounts []cache.Account, now time.Time) (cache.Account, bool) {
	for _, meant := range []func(cache.Account) bool{
		func(account cache.Account) bool { return q.fits(account) && account.Fresh(now) },
		func(account cache.Account) bool { return account.Answers(q.label) && !account.Spent(now) },
		q.fits,
		func(account cache.Account) bool { return account.Answers(q.label) },
	} {
		if i := slices.IndexFunc(accounts, meant); i >= 0 {
			return accounts[i], true
		}
	}
	return cache.Account{}, false
}

// fits reports whether an account is a kept password that belongs to what is
// asked for, as git's own helpers match: what the request leaves out fits
// everything.
func (q question) fits(account cache.Account) bool {
	return !account.IsGrant() && (!q.UsernameGiven || q.Username == account.Username) && (q.Path == "" || q.Path == account.Path)
}

// usable reports whether the entry has something to hand out. lookUp unseals
// nothing else.
func (e entry) usable() bool {
	return e.secrets.Password.IsSet() || !e.secrets.AccessToken.IsEmpty()
}

// isPasswordOutOfReach reports whether err, with which lookUp has returned the entry,
// says that it is a password whose key cannot be had in this session.
func (e entry) isPasswordOutOfReach(err error) bool {
	return !e.account.IsGrant() && isKeyOutOfReach(err)
}

// renews reports whether there is something to refresh with. A grant that is
// spent, or that came without a refresh token, takes a sign-in.
func (e entry) renews() bool { return e.account.IsGrant() && e.account.Renewable() }

// over is the entry without its access token, and marked so: a grant that looks
// fresh has a token, so that nobody need unseal it to see that, or takes it for
// somebody else's work.
func (e entry) over() entry {
	e.secrets.AccessToken = secret.Text{}
	e.account.Ended = true
	return e
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

// leftOver is what a password that is over leaves to git and its next helper:
// whose it was, and the refresh token that came with it (git 2.41).
func (d *doorkey) leftOver(ctx context.Context, q question, account cache.Account) credential.Response {
	if account.IsGrant() {
		return credential.Response{}
	}
	// Without the key there is no refresh token, which is no reason to fail.
	secrets, _ := d.cache.Unseal(ctx, q.origin, account)
	return credential.Response{Username: account.Username, OAuthRefreshToken: secrets.RefreshToken}
}
