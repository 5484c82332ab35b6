package doctor

import (
	"context"
	"errors"
	"strings"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/ui"
)

// checkState examines the state directory.
func checkState(ctx context.Context, e *checkContext) finding {
	unusable := e.Cache.TryWrite()
	f := judgeState(e.Cache.Directory, e.Cache.Inspect(time.Now()), unusable)
	if unusable != nil {
		return f
	}
	if err := e.Cache.TryKeyFile(ctx); err != nil {
		f = f.with(ui.VerdictProblem, "%v\nuntil this is fixed, doorkey cannot store a sign-in or a password", err)
	}
	return f
}

func judgeState(directory string, inspected cache.Inspection, unwritable error) finding {
	f := newFinding(ui.VerdictOK, "%s, %d hosts", directory, inspected.Hosts)
	switch {
	case !inspected.Exists && len(inspected.Problems) > 0:
		return newFinding(ui.VerdictProblem, "%v", inspected.Problems[0])
	case !inspected.Exists:
		f = newFinding(ui.VerdictOK, "%s, which the first sign-in creates", directory)
	case inspected.Hosts == 1:
		f = newFinding(ui.VerdictOK, "%s, 1 host", directory)
	}
	for _, err := range inspected.Problems {
		f = f.with(ui.VerdictProblem, "%v", err)
	}
	if unwritable != nil {
		f = f.with(ui.VerdictProblem, "%v\nuntil this is fixed, doorkey cannot store a sign-in or a refreshed token", unwritable)
	}
	for _, path := range inspected.Abandoned {
		f = f.with(ui.VerdictNote, `"%s" was left by a process that was killed; it does no harm, and the next change removes it`, path)
	}
	return f
}

// checkKeyring finds out whether the data key is available. It opens no dialog.
func checkKeyring(_ context.Context, e *checkContext) finding {
	place := cache.Automatic
	if configured, err := e.settings(); err == nil {
		place = configured.Store
	}
	kept, _ := e.account() // another check reports errors there
	needed := place == cache.InKeyring || kept.Place() == cache.InKeyring
	if !needed && place != cache.Automatic {
		return newFinding(ui.VerdictOK, "not needed (credential.oauthStore is %q); the key is in a file that only you can read", place)
	}
	return judgeKeyring(e.target.Origin, e.keyring(), needed, e.Config.Environment.HasDesktop())
}

// judgeKeyring interprets the keyring's answer. Needed means that an account, or the
// setting, has its key there.
func judgeKeyring(origin string, err error, needed, desktop bool) finding {
	switch {
	case err == nil:
		return newFinding(ui.VerdictOK, "available and unlocked")
	case errors.Is(err, cache.ErrKeyringUnseen):
		return newFinding(ui.VerdictOK, "available; doorkey did not check whether it is locked, because that would open its password dialog")
	case errors.Is(err, cache.ErrKeyringAbsent) && !needed:
		return newFinding(ui.VerdictNote, "no keyring in this session; the key is in a file that only you can read")
	case errors.Is(err, cache.ErrKeyringLocked) && desktop:
		return newFinding(ui.VerdictWarning, "locked; its password dialog opens when git next needs a token")
	}
	return newFinding(ui.VerdictProblem, "%v", helper.ExplainKey(origin, err))
}

// isUnusable reports whether the keyring's answer means that no key is available.
func isUnusable(err error) bool { return err != nil && !errors.Is(err, cache.ErrKeyringUnseen) }

// account returns the account that git would get, the zero one if there is none.
func (e *checkContext) account() (cache.Account, error) {
	if !e.hasHost() {
		return cache.Account{}, nil
	}
	q := e.question()
	accounts, err := e.Cache.AccountsFor(e.target.Origin, q.Path)
	account, _ := q.SelectAccount(accounts, time.Now())
	return account, err
}

// checkAccount examines the grant: whether it exists, can be read, and when it expires.
func checkAccount(ctx context.Context, e *checkContext) finding {
	account, err := e.account()
	switch {
	case err != nil:
		return newFinding(ui.VerdictProblem, "%v", err)
	case account.Place() != "" && !account.IsGrant():
		return newFinding(ui.VerdictOK, "a password is stored")
	case !account.IsGrant():
		return newFinding(ui.VerdictNote, "not signed in yet")
	}
	if account.Place() == cache.InKeyring && isUnusable(e.keyring()) {
		return newFinding(ui.VerdictWarning, "signed in, but the tokens cannot be read now; see \"keyring\"")
	}
	secrets, err := e.Cache.Unseal(ctx, e.target.Origin, account)
	switch {
	case errors.Is(err, cache.ErrKeyGone):
		f := newFinding(ui.VerdictWarning, "the encryption key of the tokens is missing\nthe next git command asks for a new sign-in")
		if account.Place() == cache.InKeyring {
			f = f.with(ui.VerdictWarning, ui.SharedDirectory)
		}
		return f
	case err == nil:
		err = e.Cache.TryLock(ctx, e.target.Origin)
	}
	if err != nil {
		return newFinding(ui.VerdictProblem, "%v", err)
	}
	f := newFinding(ui.VerdictOK, "signed in (%s), access token %s", ui.Label(account.Username), ui.Expiry(account, time.Now()))
	if fingerprint := secrets.AccessToken.Fingerprint(); fingerprint != "" {
		f.Message = strings.Replace(f.Message, "access token", "access token (fingerprint "+fingerprint+")", 1)
	}
	if secrets.RefreshToken.IsEmpty() && !account.IsShared() {
		f = f.with(ui.VerdictNote, "there is no refresh token; when the access token expires, you have to sign in again")
	}
	if len(account.OtherHelpersOfPlace) > 0 {
		f = f.with(ui.VerdictNote, "in another directory, git also passes the token to %s; remove that helper there; until the next sign-in, doorkey hides the token from it if git can (2.54)",
			strings.Join(account.OtherHelpersOfPlace, ", "))
	}
	if values, err := e.values(); err == nil && values["oauthclientid"] != "" && values["oauthclientid"] != account.ClientID {
		f = f.with(ui.VerdictNote, "the sign-in is from another application, %q; the next sign-in will use the configured one", account.ClientID)
	}
	return f
}
