package helper

import (
	"context"
	"io"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/trace"
)

// Erase removes what the server rejected, according to git: of a grant, the access
// token, if it is the current one. The refresh token stays, and the next get refreshes.
// A process that got an older token changes nothing. Erase removes all matching
// passwords, as git's own helpers do.
//
// A request without a password comes from a user's "git credential reject": Erase
// removes everything that it names, or everything of the host if it names no user.
func (h *Helper) Erase(ctx context.Context, in io.Reader) error {
	request, err := credential.Read(in)
	if err != nil {
		return err
	}
	q := QuestionOf(request)
	if q.Origin == "" || q.Credential.IsSet() && !q.Password.IsSet() { // doorkey never returns a credential for this request
		return nil
	}
	concerned, err := h.concerned(ctx, q)
	if err != nil || len(concerned) == 0 {
		return err
	}
	locked, err := h.Lock(ctx, q.Origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	concerned, err = h.concerned(ctx, q)
	h.Log().Info("erase", "origin", q.Origin, "label", q.shownLabel(), "password", q.Password, "accounts", len(concerned), trace.Outcome(err))
	if err != nil {
		return err
	}
	return h.drop(ctx, locked, q, concerned)
}

// concerned lists the accounts that an erase is about. A token identifies its own grant;
// git sends no label with it, only the user name that doorkey returned. An account that
// cannot be read matters only if no other one matches, because then it may be the one.
func (h *Helper) concerned(ctx context.Context, q Question) (concerned []Entry, err error) {
	accounts, err := h.Cache.AccountsFor(q.Origin, q.Path)
	if err != nil {
		return nil, err
	}
	accounts = slices.DeleteFunc(accounts, func(account cache.Account) bool {
		meant := !q.UsernameGiven || q.Password.IsSet() || account.Answers(q.Label)
		return !q.Matches(account) && !(account.IsGrant() && meant)
	})
	secrets := make([]cache.Secrets, len(accounts))
	if q.Password.IsSet() {
		secrets, err = h.Cache.UnsealAll(ctx, q.Origin, accounts)
	}
	for i, account := range accounts {
		if !q.Password.IsSet() || current(account, secrets[i]).Equal(q.Password) {
			concerned = append(concerned, Entry{account, secrets[i]})
		}
	}
	if len(concerned) > 0 {
		return concerned, nil
	}
	return nil, ExplainKey(q.Origin, err)
}

// current returns what git got as the password of an account.
func current(account cache.Account, secrets cache.Secrets) secret.Text {
	if account.IsGrant() {
		return secrets.AccessToken
	}
	return secrets.Password
}

// drop removes rejected tokens from their grants, and removes the other accounts.
func (h *Helper) drop(ctx context.Context, locked *cache.Locked, q Question, concerned []Entry) error {
	var forgotten []cache.Account
	for _, refused := range concerned {
		if !refused.Account.IsGrant() || !q.Password.IsSet() {
			forgotten = append(forgotten, refused.Account)
			continue
		}
		refused = refused.withoutAccessToken()
		if _, err := locked.Put(ctx, refused.Account.Place(), refused.Account, refused.Secrets); err != nil {
			return ExplainKey(q.Origin, err)
		}
	}
	if len(forgotten) == 0 {
		return nil
	}
	return locked.Forget(forgotten...)
}
