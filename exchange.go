package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/oauthflow"
)

// exchange is the child's whole life: lock, read again, refresh, keep, report.
func (d *doorkey) exchange(ctx context.Context) error {
	// SIGPIPE: who asked may be gone, and to tell them must not end the refresh.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	var what task
	if err := json.NewDecoder(d.in).Decode(&what); err != nil {
		return usageError{problem: "\"exchange\" is doorkey's own: it is told what to do by doorkey"}
	}
	// Nobody reads this process's stderr: what there is to say, whoever asked says.
	d.cache.KeyringSlow = func() { d.report(report{KeyringSlow: true}) }
	d.cache.KeyMade = func(place cache.KeyPlace) { d.report(report{KeyInFile: place == cache.InFile}) }
	gone, err := d.renew(ctx, what)
	last := report{Done: true, Gone: gone}
	if err != nil {
		last.Error = err.Error()
	}
	d.report(last)
	return nil
}

// report writes a line to whoever asked, who may be gone: nobody is to be told
// then. What is waited for may be said while all else goes on.
func (d *doorkey) report(line report) { _ = json.NewEncoder(d.out).Encode(line) }

// renew does one refresh, unless another process has just done it. It reports
// whether the grant is gone, so that there is nothing to refresh with.
func (d *doorkey) renew(ctx context.Context, what task) (gone bool, err error) {
	limited, cancel := context.WithTimeout(ctx, what.Timeout)
	defer cancel()
	begun := d.now()
	locked, err := d.cache.Lock(limited, what.Origin, func() { d.report(report{Waiting: true}) })
	d.trace.Info("lock", "origin", what.Origin, outcome(err), d.took(begun))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return false, fmt.Errorf("refresh for %s: waited %v for another git command that is busy with it\nrun the command again", what.Origin, what.Timeout)
	case err != nil:
		return false, notKept(what.Origin, err)
	}
	defer locked.Unlock()

	found, err := d.spendable(limited, locked, what)
	d.trace.Info("refresh", "needed", found.account.IsGrant(), "refresh_token", found.secrets.RefreshToken, outcome(err))
	if err != nil || !found.account.IsGrant() {
		return false, err // somebody has done the work
	}
	if found.secrets.RefreshToken.IsEmpty() {
		return true, nil
	}
	if last := d.cache.LastFailure(what.Origin); last.IsSince(what.LastFailure) {
		return false, errors.New(last.Text) // of whom this command has waited for
	}
	place := what.placeFor(found.account)
	if err := locked.Reserve(limited, place); err != nil {
		return false, notKept(what.Origin, explainKey(err))
	}
	// From here on a wait that was long already must not cut anything short:
	// the HTTP client has limits of its own.
	return d.spend(ctx, locked, what, found, place)
}

// notKept is why nothing was spent.
func notKept(origin string, err error) error {
	return fmt.Errorf("%v\nthe token for %s was not refreshed, since the result could not be kept; the sign-in is still good", err, origin)
}

// spend spends the refresh token and keeps what it gets for it.
func (d *doorkey) spend(ctx context.Context, locked *cache.Locked, what task, found entry, place cache.KeyPlace) (gone bool, err error) {
	grant, err := d.exchangeRefreshToken(ctx, what, found.account, found.secrets.RefreshToken)
	switch {
	case oauthflow.Is(err, "invalid_grant"):
		// What is left is the label, for the next sign-in.
		_, err = locked.Put(ctx, place, found.over().account, cache.Secrets{})
		return true, err
	case oauthflow.IsUnknownClient(err) && what.ClientID != "" && what.ClientID != found.account.ClientID:
		// Another application has taken the place of the one that has this grant.
		// What is kept stays until the sign-in: it may be the setting that is wrong.
		d.trace.Info("application replaced", "client_id", found.account.ClientID, "configured", what.ClientID)
		return true, nil
	case err != nil:
		explained := what.explain(err)
		if isSilence(err) {
			// What counts is the failure, not that it could not be noted.
			_ = locked.NoteFailure(cache.Failure{At: d.now(), Text: explained.Error()})
		}
		return false, explained
	}
	locked.ClearFailure()
	if grant.RefreshToken.IsEmpty() {
		grant.RefreshToken = found.secrets.RefreshToken
	}
	renewed := granted(found.account, grant, d.now())
	_, err = locked.Put(ctx, place, what.Others.rememberedWith(renewed.account), renewed.secrets)
	return false, err
}

// explain says what became of a refresh that failed, and what to do: where the
// server would say the same each time, a sign-in is the way out.
func (t task) explain(err error) error {
	advice := "run the command again"
	if oauthflow.IsLasting(err) {
		advice = "if this comes again, run: git credential-doorkey login "
		if len(t.Username) > 0 {
			advice += "--username " + shellWord(string(t.Username)) + " "
		}
		advice += t.Origin
	}
	return fmt.Errorf("refresh for %s: %v\nthe sign-in is kept; %s", t.Origin, err, advice)
}

// placeFor is where the key for the renewed account is to be. A place that was
// configured since takes over here; "auto" leaves the account where it is.
func (t task) placeFor(account cache.Account) cache.KeyPlace {
	if t.Place == cache.InKeyring || t.Place == cache.InFile {
		return t.Place
	}
	return account.Place()
}

// spendable returns the account to refresh; the zero entry if it is not this
// process that has to, and no refresh token if there is none that is good.
func (d *doorkey) spendable(ctx context.Context, locked *cache.Locked, what task) (entry, error) {
	accounts, err := locked.Accounts()
	if err != nil {
		return entry{}, err
	}
	for _, account := range accounts {
		if !account.IsGrant() || account.Username != string(what.Username) {
			continue
		}
		if account.Fresh(d.now()) && what.Refused == "" {
			break // somebody has done the work
		}
		secrets, err := d.cache.Unseal(ctx, what.Origin, account)
		if errors.Is(err, cache.ErrKeyGone) {
			d.report(report{KeyGone: account.Place()})
			return entry{account: account}, nil
		}
		if err == nil && account.Fresh(d.now()) && secrets.AccessToken.Fingerprint() != what.Refused {
			break // the one that was refused has been replaced
		}
		return entry{account, secrets}, explainKey(err)
	}
	return entry{}, nil
}
