package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// exchange is the child's whole life: lock, read again, refresh, keep, report.
func (d *doorkey) exchange(ctx context.Context) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	var what task
	if err := json.NewDecoder(d.in).Decode(&what); err != nil {
		return usageError{"\"exchange\" is doorkey's own: it is told what to do by doorkey"}
	}
	reports := json.NewEncoder(d.out)
	last := report{Done: true}
	err := d.renew(ctx, what, func(holder cache.Holder) {
		// Who asked may be gone: nobody is to be told then.
		_ = reports.Encode(report{Waiting: &holder})
	})
	if err != nil {
		last.Error = err.Error()
	}
	_ = reports.Encode(last)
	return nil
}

// renew does one refresh, unless another process has just done it.
func (d *doorkey) renew(ctx context.Context, what task, waiting func(cache.Holder)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, what.Timeout, errTimeout)
	defer cancel()
	locked, err := d.cache.Lock(ctx, what.Origin, waiting)
	if err != nil {
		return fmt.Errorf("refresh for %s: waited %v for another process: %v", what.Origin, what.Timeout, err)
	}
	defer locked.Unlock()

	account, secrets, err := d.spendable(ctx, locked, what)
	if err != nil || secrets.RefreshToken.IsEmpty() {
		return err
	}
	place := what.placeFor(account)
	if err := locked.Reserve(ctx, place); err != nil {
		return fmt.Errorf("%v\nthe token for %s was not refreshed, since the result could not be kept; the sign-in is still good", explainKey(err), what.Origin)
	}
	grant, err := d.exchangeRefreshToken(ctx, what, account, secrets.RefreshToken)
	switch {
	case oauthflow.Is(err, "invalid_grant"):
		secrets = cache.Secrets{} // what is left is the label, for the next sign-in
		_, err = locked.Put(ctx, place, account, secrets)
		return err
	case err != nil:
		return fmt.Errorf("refresh for %s: %v\nthe sign-in is kept; run the command again", what.Origin, err)
	}
	if grant.RefreshToken.IsEmpty() {
		grant.RefreshToken = secrets.RefreshToken
	}
	renewed := granted(account, grant, d.now())
	_, err = locked.Put(ctx, place, renewed.account, renewed.secrets)
	return err
}

// placeFor is where the key for the renewed account is to be. A place that was
// configured since takes over here; "auto" leaves the account where it is, and
// "none" keeps it until somebody takes it out.
func (t task) placeFor(account cache.Account) cache.KeyPlace {
	if t.Place == cache.InKeyring || t.Place == cache.InFile {
		return t.Place
	}
	return account.Place()
}

// spendable returns the account to refresh, with a refresh token in its
// secrets only if it is this process that has to spend it.
func (d *doorkey) spendable(ctx context.Context, locked *cache.Locked, what task) (cache.Account, cache.Secrets, error) {
	accounts, err := locked.Accounts()
	if err != nil {
		return cache.Account{}, cache.Secrets{}, err
	}
	for _, account := range accounts {
		if !account.IsGrant() || account.Username != what.Username {
			continue
		}
		if account.Fresh(d.now()) && what.Refused == "" {
			break // somebody has done the work
		}
		secrets, err := d.cache.Unseal(ctx, what.Origin, account)
		if errors.Is(err, cache.ErrKeyGone) {
			break // the parent sees it too, and signs in
		}
		if account.Fresh(d.now()) && secrets.AccessToken.Fingerprint() != what.Refused {
			break // the one that was refused has been replaced
		}
		return account, secrets, explainKey(err)
	}
	return cache.Account{}, cache.Secrets{}, nil
}

// exchangeRefreshToken asks the endpoint that the grant came from, as the
// application that it was given to, whatever the settings say by now.
func (d *doorkey) exchangeRefreshToken(ctx context.Context, what task, account cache.Account, refreshToken secret.Text) (oauthflow.Grant, error) {
	http, err := oauthflow.NewHTTPClient(what.HTTP)
	if err != nil {
		return oauthflow.Grant{}, err
	}
	provider := oauthflow.Provider{ClientID: account.ClientID, TokenURL: account.TokenEndpoint, Scopes: account.Scopes}
	if what.ClientID == account.ClientID && what.ClientSecret != "" {
		provider.ClientSecret = secret.New(what.ClientSecret)
	}
	client := oauthflow.Client{HTTP: http}
	grant, err := client.Refresh(ctx, provider, refreshToken)
	if oauthflow.Is(err, "invalid_grant") {
		// GitLab's database replicas can lag behind for a moment.
		time.Sleep(replicaLag)
		grant, err = client.Refresh(ctx, provider, refreshToken)
	}
	return grant, err
}

// replicaLag is how long a server gets to hear of a token that it gave.
const replicaLag = time.Second
