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

// signIn obtains a grant from the person and keeps it. Of processes that need
// one for the same origin one asks; the others wait and use what it got.
func (d *doorkey) signIn(ctx context.Context, origin string, request credential.Request, provider oauthflow.Provider, settings settings) (entry, error) {
	if !settings.mayAsk {
		return entry{}, fmt.Errorf("%s needs a sign-in, and asking is turned off (credential.interactive or DOORKEY_INTERACTIVE)\nrun any git command for this host in a terminal with asking turned on", origin)
	}
	deadline := d.now().Add(settings.timeout)
	ctx, cancel := context.WithDeadlineCause(ctx, deadline, errTimeout)
	defer cancel()
	if settings.place == keepNothing {
		signedIn, err := d.askPerson(ctx, origin, request, provider)
		return signedIn, d.explainSignIn(origin, settings.timeout, err)
	}
	locked, err := d.cache.Lock(ctx, origin, cache.Holder{Purpose: "sign-in", Until: deadline}, d.person.waiting(origin))
	if err != nil {
		return entry{}, d.explainSignIn(origin, settings.timeout, err)
	}
	defer locked.Unlock()
	if found, err := d.lookUp(ctx, origin, request); err != nil || found.usable(d.now()) {
		return found, err
	}
	if err := locked.Reserve(ctx, settings.place); err != nil {
		return entry{}, fmt.Errorf("%v\nnobody was asked to sign in to %s: the result could not be kept", explainKey(err), origin)
	}
	signedIn, err := d.askPerson(ctx, origin, request, provider)
	if err != nil {
		return entry{}, d.explainSignIn(origin, settings.timeout, err)
	}
	signedIn.account, err = locked.Put(ctx, settings.place, signedIn.account, signedIn.secrets)
	return signedIn, err
}

// errTimeout is how a sign-in ends that nobody finished in time.
var errTimeout = errors.New("nobody signed in in time")

// askPerson runs the sign-in itself.
func (d *doorkey) askPerson(ctx context.Context, origin string, request credential.Request, provider oauthflow.Provider) (entry, error) {
	client, err := d.client(ctx, provider.TokenURL)
	if err != nil {
		return entry{}, err
	}
	grant, err := client.SignInByBrowser(ctx, provider, func(address string) {
		d.person.openInBrowser(origin, address)
	})
	if err != nil {
		return entry{}, err
	}
	return granted(accountFor(request, provider), grant, d.now()), nil
}

// client talks to an endpoint as git would: through its proxy, trusting whom it
// trusts.
func (d *doorkey) client(ctx context.Context, endpoint string) (oauthflow.Client, error) {
	settings, err := readHTTP(ctx, endpoint)
	if err != nil {
		return oauthflow.Client{}, err
	}
	http, err := oauthflow.NewHTTPClient(settings)
	return oauthflow.Client{HTTP: http}, err
}

// accountFor is the account that a request means, without a grant yet. The name
// that doorkey itself gives out is no label.
func accountFor(request credential.Request, provider oauthflow.Provider) cache.Account {
	account := cache.Account{
		Username: request.Username, Provider: provider.Kind, AnswerUsername: provider.Username,
		ClientID: provider.ClientID, TokenEndpoint: provider.TokenURL,
	}
	if request.Username == provider.Username {
		account.Username = ""
	}
	return account
}

// granted is the account with what the server gave for it.
func granted(account cache.Account, grant oauthflow.Grant, now time.Time) entry {
	account.Scopes, account.Obtained, account.Expiry = grant.Scopes, now, grant.Expiry
	return entry{account, cache.Secrets{AccessToken: grant.AccessToken, RefreshToken: grant.RefreshToken}}
}

func (d *doorkey) explainSignIn(origin string, timeout time.Duration, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTimeout), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("nobody signed in to %s within %v\nif the page in the browser showed an error, its application there is set up otherwise (redirect URI, scopes, Confidential); run the command again to sign in; credential.oauthTimeout gives more time", origin, timeout)
	case oauthflow.Is(err, "access_denied"):
		return fmt.Errorf("the sign-in to %s was declined in the browser\nrun the command again to sign in", origin)
	}
	return fmt.Errorf("sign-in to %s: %v", origin, err)
}

// explainKey adds what to do to an error of the data key.
func explainKey(err error) error {
	switch {
	case errors.Is(err, cache.ErrKeyringLocked):
		return fmt.Errorf("%v\nunlock it (log in to the desktop, or open its password manager), or set credential.oauthStore to \"file\"", err)
	case errors.Is(err, cache.ErrKeyringTimeout):
		return fmt.Errorf("%v\nlook for its password dialog on the desktop, or set credential.oauthStore to \"file\"", err)
	case errors.Is(err, cache.ErrKeyringAbsent):
		return fmt.Errorf("%v in this session, and tokens of this host are sealed with a key in it\nlog in to the desktop, or set credential.oauthStore to \"file\" and sign in again", err)
	}
	return err
}
