package helper

import (
	"context"
	"errors"
	"slices"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// Entry is an account and its secrets.
type Entry struct {
	Account cache.Account
	Secrets cache.Secrets
}

// LookUp finds the account that a question means, with its secrets if it can be
// handed out as it is. The zero entry is none. This is all that most questions
// need: no lock, no child process, no network. An account that cannot be unsealed
// comes with the error.
func (h *Helper) LookUp(ctx context.Context, q Question) (Entry, error) {
	accounts, err := h.Cache.AccountsFor(q.Origin, q.Path)
	if err != nil {
		return Entry{}, err
	}
	account, found := q.SelectAccount(accounts, h.now())
	h.Log().Info("look up", "accounts", len(accounts), "found", found, "grant", account.IsGrant(), "label", account.Username,
		"fresh", found && account.Fresh(h.now()), "expiry", account.Expiry, "ended", account.Ended)
	if !found || !account.Fresh(h.now()) {
		return Entry{Account: account}, nil
	}
	begun := time.Now()
	secrets, err := h.Cache.Unseal(ctx, q.Origin, account)
	h.Log().Info("unseal", "key", account.Place(), "access_token", secrets.AccessToken, "refused", q.refused, trace.Outcome(err), trace.Took(begun))
	switch {
	case errors.Is(err, cache.ErrKeyGone):
		h.UI.KeyIsGone(q.Origin, account.Place())
		return Entry{}, nil
	case err != nil && account.IsGrant():
		return Entry{Account: account}, ExplainKey(err)
	case err != nil:
		return Entry{Account: account}, explainPasswordKey(err)
	case q.refused != "" && secrets.AccessToken.Fingerprint() == q.refused:
		return Entry{Account: account}, nil
	}
	return Entry{account, secrets}, nil
}

// SelectAccount picks the account: a password that fits, else the grant with the label,
// else a password that fits and is over, else the grant also where it is spent. Of
// several the one that was kept last, as git's store helper has it.
func (q Question) SelectAccount(accounts []cache.Account, now time.Time) (cache.Account, bool) {
	for _, meant := range []func(cache.Account) bool{
		func(account cache.Account) bool { return q.Matches(account) && account.Fresh(now) },
		func(account cache.Account) bool { return account.Answers(q.Label) && !account.Spent(now) },
		q.Matches,
		func(account cache.Account) bool { return account.Answers(q.Label) },
	} {
		if i := slices.IndexFunc(accounts, meant); i >= 0 {
			return accounts[i], true
		}
	}
	return cache.Account{}, false
}

// Matches reports whether an account is a kept password that belongs to what is
// asked for, as git's own helpers match: what the request leaves out fits
// everything.
func (q Question) Matches(account cache.Account) bool {
	return !account.IsGrant() && (!q.UsernameGiven || q.Username == account.Username) && (q.Path == "" || q.Path == account.Path)
}

// Usable reports whether the entry has something to hand out. LookUp unseals
// nothing else.
func (e Entry) Usable() bool {
	return e.Secrets.Password.IsSet() || !e.Secrets.AccessToken.IsEmpty()
}

// isPasswordOutOfReach reports whether err, with which LookUp has returned the Entry,
// says that it is a password whose key cannot be had in this session.
func (e Entry) isPasswordOutOfReach(err error) bool {
	return !e.Account.IsGrant() && isKeyOutOfReach(err)
}

// canRefresh reports whether there is something to refresh with. A grant that is
// spent, or that came without a refresh token, takes a sign-in.
func (e Entry) canRefresh() bool {
	return e.Account.IsGrant() && (e.Account.Renewable() || e.Account.IsShared())
}

// withoutAccessToken is the entry without its access token, and marked so: a grant that looks
// fresh has a token, so that nobody need unseal it to see that, or takes it for
// somebody else's work.
func (e Entry) withoutAccessToken() Entry {
	e.Secrets.AccessToken = secret.Text{}
	e.Account.Ended = true
	return e
}

// accountFor is the account that a request means, without a grant yet. The name
// that doorkey itself gives out is no label.
func accountFor(q Question, provider oauthflow.Provider) cache.Account {
	account := cache.Account{
		Username: q.Label, Provider: provider.Kind, AnswerUsername: provider.Username,
		ProviderGuessed: provider.Guessed, ClientID: provider.ClientID, TokenEndpoint: provider.TokenURL, RevocationEndpoint: provider.RevokeURL,
	}
	if q.Label == provider.Username {
		account.Username = ""
	}
	return account
}

// granted is the account with what the server gave for it.
func granted(account cache.Account, grant oauthflow.Grant, now time.Time) Entry {
	account.Scopes, account.Obtained, account.Expiry, account.Ended = grant.Scopes, now, grant.Expiry, false
	return Entry{account, cache.Secrets{AccessToken: grant.AccessToken, RefreshToken: grant.RefreshToken}}
}
