package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/oauthflow"
)

// get answers git's question. Nothing is written before everything has
// succeeded: git uses what it reads even from a helper that then fails.
func (d *doorkey) get(ctx context.Context) error {
	request, err := credential.Read(d.in)
	if err != nil {
		return err
	}
	response, err := d.answer(ctx, request)
	if err != nil {
		// Without this, git would go on to ask the person for a user name and
		// a password, which a host with OAuth does not take.
		credential.Response{Quit: true}.Write(d.out)
		return err
	}
	return response.Write(d.out)
}

// answer finds the answer: in the cache, else by a refresh, else by a sign-in.
// An error is about a host that doorkey answers for.
func (d *doorkey) answer(ctx context.Context, request credential.Request) (credential.Response, error) {
	origin := request.Origin()
	if origin == "" {
		return credential.Response{}, nil
	}
	found, err := d.lookUp(ctx, origin, request)
	if err != nil || found.usable(d.now()) {
		return found.response(), err
	}
	if !oauthflow.MayCarryTokens(origin) {
		return credential.Response{}, nil
	}
	settings, err := readSettings(ctx, request)
	if err != nil {
		return credential.Response{}, err
	}
	if found.account.IsGrant() {
		renewed, err := d.refresh(ctx, origin, request, found.account, settings)
		if err != nil || renewed.usable(d.now()) {
			return renewed.response(), err
		}
	}
	provider, err := oauthflow.Resolve(origin, request.WWWAuthenticate, settings.oauth)
	switch {
	case errors.Is(err, oauthflow.ErrUnknownHost):
		return credential.Response{}, nil
	case errors.Is(err, oauthflow.ErrNoClientID):
		d.person.missesClientID(origin)
		return credential.Response{}, nil
	case err != nil:
		return credential.Response{}, fmt.Errorf("%s: %v", origin, err)
	}
	if settings.place == keepNothing {
		return d.answerFromGit(ctx, origin, request, provider, settings)
	}
	signedIn, err := d.signIn(ctx, origin, request, provider, settings)
	return signedIn.response(), err
}

// answerFromGit answers where doorkey is to keep nothing (oauthStore = none): a
// storage helper before it in git's list keeps the grant, and git brings the
// refresh token along with its question (git 2.41).
func (d *doorkey) answerFromGit(ctx context.Context, origin string, request credential.Request, provider oauthflow.Provider, settings settings) (credential.Response, error) {
	found := entry{account: accountFor(request, provider)}
	if !request.OAuthRefreshToken.IsEmpty() {
		client, err := d.client(ctx, provider.TokenURL)
		if err != nil {
			return credential.Response{}, err
		}
		grant, err := client.Refresh(ctx, provider, request.OAuthRefreshToken)
		if err != nil && !oauthflow.Is(err, "invalid_grant") {
			return credential.Response{}, fmt.Errorf("refresh for %s: %v", origin, err)
		}
		if err == nil {
			found = granted(found.account, grant, d.now())
		}
	}
	if !found.usable(d.now()) {
		var err error
		if found, err = d.signIn(ctx, origin, request, provider, settings); err != nil {
			return credential.Response{}, err
		}
	}
	response := found.response()
	response.OAuthRefreshToken = found.secrets.RefreshToken
	return response, nil
}

// entry is an account and its secrets.
type entry struct {
	account cache.Account
	secrets cache.Secrets
}

// lookUp finds the account that a request means, unsealed if it can be handed
// out as it is. The zero entry is none. This is all that most requests need:
// no lock, no child process, no network.
func (d *doorkey) lookUp(ctx context.Context, origin string, request credential.Request) (entry, error) {
	accounts, err := d.cache.Accounts(origin)
	if err != nil {
		return entry{}, err
	}
	account, found := choose(accounts, request)
	if !found || !account.Fresh(d.now()) {
		return entry{account: account}, nil
	}
	secrets, err := d.cache.Unseal(ctx, origin, account)
	if errors.Is(err, cache.ErrKeyGone) {
		d.person.keyIsGone(origin)
		return entry{}, nil
	}
	return entry{account, secrets}, explainKey(err)
}

// choose picks the account for a request: a password that fits it, else the
// grant with its label.
func choose(accounts []cache.Account, request credential.Request) (cache.Account, bool) {
	for _, account := range accounts {
		if !account.IsGrant() && fits(account, request) {
			return account, true
		}
	}
	for _, account := range accounts {
		if account.Answers(request.Username) {
			return account, true
		}
	}
	return cache.Account{}, false
}

// fits reports whether a kept password belongs to what a request names, as
// git's own helpers match: what the request leaves out fits everything.
func fits(account cache.Account, request credential.Request) bool {
	return (!request.UsernameGiven || request.Username == account.Username) &&
		(request.Path == "" || request.Path == account.Path)
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
