package main

import (
	"context"
	"errors"
	"strings"

	"git-credential-doorkey/cache"
)

// checkState looks at the directory that accounts are kept in.
func checkState(_ context.Context, e *examination) finding {
	return judgeState(e.cache.Directory, e.cache.Inspect(e.now()), e.cache.TryWrite())
}

func judgeState(directory string, inspected cache.Inspection, unwritable error) finding {
	f := newFinding(verdictOK, "%s, %d hosts", directory, inspected.Hosts)
	switch {
	case !inspected.Exists && len(inspected.Problems) > 0:
		return newFinding(verdictProblem, "%v", inspected.Problems[0])
	case !inspected.Exists:
		f = newFinding(verdictOK, "%s, which the first sign-in makes", directory)
	case inspected.Hosts == 1:
		f = newFinding(verdictOK, "%s, 1 host", directory)
	}
	for _, err := range inspected.Problems {
		f = f.with(verdictProblem, "%v", err)
	}
	if unwritable != nil {
		f = f.with(verdictProblem, "%v\nuntil that is mended, no sign-in and no refresh can be kept", unwritable)
	}
	for _, path := range inspected.Abandoned {
		f = f.with(verdictNote, `"%s" was left by a process that was killed; it does no harm, and the next change there takes it away`, path)
	}
	return f
}

// checkKeyring finds out whether the data key can be had. No dialog is opened
// for it.
func checkKeyring(_ context.Context, e *examination) finding {
	place := cache.Automatic
	if settings, err := e.settings(); err == nil {
		place = settings.place
	}
	kept, _ := e.account() // what is wrong there, another check says
	needed := place == cache.InKeyring || kept.Place() == cache.InKeyring
	if !needed && place != cache.Automatic {
		return newFinding(verdictOK, "not needed (credential.oauthStore is %q)", place)
	}
	return judgeKeyring(e.keyring(), needed, e.where.hasDesktop())
}

// judgeKeyring says what an answer of the keyring means. Needed: an account, or
// the setting, has the key there.
func judgeKeyring(err error, needed, desktop bool) finding {
	switch {
	case err == nil:
		return newFinding(verdictOK, "there, and unlocked")
	case errors.Is(err, cache.ErrKeyringAbsent) && !needed:
		return newFinding(verdictNote, "there is none in this session: the key is kept in a file that only you can read")
	case errors.Is(err, cache.ErrKeyringLocked) && desktop:
		return newFinding(verdictWarning, "it is locked: its password dialog opens when git next needs a token")
	}
	return newFinding(verdictProblem, "%v", explainKey(err))
}

// account is the account that git would be answered with, the zero one if there
// is none.
func (e *examination) account() (cache.Account, error) {
	if !e.hasHost() {
		return cache.Account{}, nil
	}
	accounts, err := e.cache.Accounts(e.target.origin)
	account, _ := e.question().choose(accounts, e.now())
	return account, err
}

// checkAccount looks at the grant: is it there, can it be read, until when.
func checkAccount(ctx context.Context, e *examination) finding {
	account, err := e.account()
	switch {
	case err != nil:
		return newFinding(verdictProblem, "%v", err)
	case account.Place() != "" && !account.IsGrant():
		return newFinding(verdictOK, "a password is kept")
	case !account.IsGrant():
		return newFinding(verdictNote, "not signed in yet")
	}
	if account.Place() == cache.InKeyring && e.keyring() != nil {
		return newFinding(verdictWarning, "signed in, but the tokens cannot be read now: see keyring")
	}
	secrets, err := e.cache.Unseal(ctx, e.target.origin, account)
	switch {
	case errors.Is(err, cache.ErrKeyGone):
		f := newFinding(verdictWarning, "the key that the tokens were sealed with is gone\nthe next git command asks for a new sign-in")
		if account.Place() == cache.InKeyring {
			f = f.with(verdictWarning, sharedDirectory)
		}
		return f
	case err != nil:
		return newFinding(verdictProblem, "%v", err)
	}
	f := newFinding(verdictOK, "signed in (%s), access token %s", labelOf(account.Username), expiry(account, e.now()))
	if fingerprint := secrets.AccessToken.Fingerprint(); fingerprint != "" {
		f.Message = strings.Replace(f.Message, "access token", "access token (fingerprint "+fingerprint+")", 1)
	}
	if secrets.RefreshToken.IsEmpty() {
		f = f.with(verdictNote, "there is no refresh token: when the access token is over, a new sign-in is needed")
	}
	if len(account.OtherHelpersOfPlace) > 0 {
		f = f.with(verdictNote, "in some place git was seen to tell the token to %s, too: take that out there; until the next sign-in doorkey keeps the token from it where git can (2.54)",
			strings.Join(account.OtherHelpersOfPlace, ", "))
	}
	if values, err := e.values(); err == nil && values["oauthclientid"] != "" && values["oauthclientid"] != account.ClientID {
		f = f.with(verdictNote, "the grant is that of another application, %q: the one that is configured comes into use with the next sign-in", account.ClientID)
	}
	return f
}
