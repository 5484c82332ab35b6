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

// LookUp finds the account that a question asks for, with its secrets if they can be
// returned unchanged. The zero entry means none. Most questions need no more than this:
// no lock, no child process, no network. If an account cannot be decrypted, LookUp
// returns it with the error.
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
		h.UI.KeyMissing(q.Origin, account.Place())
		return Entry{}, nil
	case err != nil && account.IsGrant():
		return Entry{Account: account}, ExplainKey(q.Origin, err)
	case err != nil:
		return Entry{Account: account}, explainPasswordKey(q.Origin, err)
	case q.refused != "" && secrets.AccessToken.Fingerprint() == q.refused:
		return Entry{Account: account}, nil
	}
	return Entry{account, secrets}, nil
}

// SelectAccount picks the account: a matching password, else the grant with the label,
// else a matching password that has expired, else the grant even if it is spent. Of
// several, it picks the one stored last, as git's store helper does.
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

// Matches reports whether an account is a stored password for the request, by the rules
// of git's own helpers: a field that the request omits matches everything.
func (q Question) Matches(account cache.Account) bool {
	return !account.IsGrant() && (!q.UsernameGiven || q.Username == account.Username) && (q.Path == "" || q.Path == account.Path)
}

// Usable reports whether the entry has a secret to return. LookUp decrypts nothing else.
func (e Entry) Usable() bool {
	return e.Secrets.Password.IsSet() || !e.Secrets.AccessToken.IsEmpty()
}

// isPasswordOutOfReach reports whether err, which LookUp returned with the Entry, means
// that it is a password whose key is unavailable in this session.
func (e Entry) isPasswordOutOfReach(err error) bool {
	return !e.Account.IsGrant() && isKeyOutOfReach(err)
}

// canRefresh reports whether the grant can be refreshed. A grant that is spent, or that
// came without a refresh token, requires a sign-in.
func (e Entry) canRefresh() bool {
	return e.Account.IsGrant() && (e.Account.Renewable() || e.Account.IsShared())
}

// withoutAccessToken returns the entry without its access token, and marked so. A grant
// that looks unexpired has a token: no process needs to decrypt it to see that, or
// mistakes it for a token that another process obtained.
func (e Entry) withoutAccessToken() Entry {
	e.Secrets.AccessToken = secret.Text{}
	e.Account.Ended = true
	return e
}

// accountFor returns the account that a request asks for, without a grant yet. The user
// name that doorkey itself returns is not a label.
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

// granted returns the account with the server's grant.
func granted(account cache.Account, grant oauthflow.Grant, now time.Time) Entry {
	account.Scopes, account.Obtained, account.Expiry, account.Ended = grant.Scopes, now, grant.Expiry, false
	return Entry{account, cache.Secrets{AccessToken: grant.AccessToken, RefreshToken: grant.RefreshToken}}
}
