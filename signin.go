package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/oauthflow"
)

// signIn obtains a grant from the person and keeps it. Of processes that need
// one for the same origin one asks; the others wait and use what it got. Whoever
// has a grant there goes on with it meanwhile.
func (d *doorkey) signIn(ctx context.Context, q question, provider oauthflow.Provider, settings settings) (entry, error) {
	refused, failed := d.cache.RefusedAt(q.origin), d.cache.LastSignInFailure(q.origin).At
	asking, err := d.newAsking(q, provider, settings, refused)
	if err != nil {
		return entry{}, err
	}
	ctx, stop := untilInterrupted(ctx)
	defer stop()
	right, err := d.awaitSignIn(ctx, q.origin, settings)
	if err != nil {
		return entry{}, err
	}
	defer right.End()
	if found, err := d.lookUp(ctx, q); err != nil || found.usable() {
		return found, err
	}
	if d.cache.RefusedAt(q.origin).After(refused) {
		return entry{}, fmt.Errorf("the sign-in to %s that another git command started was declined, timed out or failed\nrun the command again to sign in", q.origin)
	}
	if last := d.cache.LastSignInFailure(q.origin); last.IsSince(failed) {
		return entry{}, errors.New(last.Text) // of whom this command has waited for
	}
	signedIn, _, err := asking.askAndKeep(ctx, right)
	return signedIn, err
}

// untilInterrupted ends with Ctrl-C and what else ends a command.
func untilInterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// askAndKeep obtains a grant and keeps it in the place of one that there was,
// which stays until then. It also returns what was kept before.
func (a *asking) askAndKeep(ctx context.Context, right *cache.SignIn) (entry, []cache.Account, error) {
	origin, settings := a.question.origin, a.settings
	if err := right.Reserve(ctx, settings.place); err != nil {
		return entry{}, nil, fmt.Errorf("%v\nnobody was asked to sign in to %s: the result could not be kept", explainKey(err), origin)
	}
	seen := a.otherHelpers(ctx, a.question)
	if names := seen.names(); len(names) > 0 && !takesEphemeral(ctx, a.question) {
		a.person.othersKeep(origin, names)
	}
	deadline := a.now().Add(settings.timeout)
	right.Announce(deadline)
	signedIn, err := a.askPerson(ctx, deadline)
	if err != nil {
		return entry{}, nil, a.noted(right, err)
	}
	right.ClearRefusal()
	right.ClearFailure()
	signedIn.account = seen.rememberedWith(signedIn.account)
	kept, before, err := a.keep(context.WithoutCancel(ctx), right, signedIn) // Ctrl-C comes too late: the person has signed in
	a.tellBrowser(ctx, err)
	return kept, before, err
}

// noted is a failure as the person is told it, of which those know who would ask, or
// find it out, again right away.
func (a *asking) noted(right *cache.SignIn, err error) error {
	explained := explainSignIn(a.question.origin, a.settings.timeout, err)
	// What the person sees is the failure, not that it could not be noted.
	switch {
	case a.asked:
		_ = right.NoteRefusal(a.now())
	case isSilence(err):
		_ = right.NoteFailure(cache.Failure{At: a.now(), Text: explained.Error()})
	}
	return explained
}

// refreshTakes is longer than another process can take to refresh a grant of the
// same host.
const refreshTakes = 3 * time.Minute

// keep puts a new grant in its place. It also returns what was kept before.
func (a *asking) keep(ctx context.Context, right *cache.SignIn, signedIn entry) (entry, []cache.Account, error) {
	before, err := a.putInPlace(ctx, right, &signedIn)
	if err != nil {
		return entry{}, nil, fmt.Errorf("signed in to %s, but could not keep that: %v\nrun the command again", a.question.origin, err)
	}
	return signedIn, before, nil
}

// putInPlace does what keep does. The account becomes what was kept of it.
func (a *asking) putInPlace(ctx context.Context, right *cache.SignIn, signedIn *entry) (before []cache.Account, err error) {
	limited, cancel := context.WithTimeout(ctx, refreshTakes)
	defer cancel()
	locked, err := right.Lock(limited, a.person.busy(a.question.origin))
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("waited %v for another git command that is busy with it", refreshTakes)
	}
	if err != nil {
		return nil, err
	}
	defer locked.Unlock()
	if before, err = locked.Accounts(); err != nil {
		return nil, err
	}
	signedIn.account, err = locked.Put(ctx, a.settings.place, signedIn.account, signedIn.secrets)
	return before, err
}

// awaitSignIn waits for another process's sign-in as long as one may take, and a
// little more.
func (d *doorkey) awaitSignIn(ctx context.Context, origin string, settings settings) (*cache.SignIn, error) {
	ctx, cancel := context.WithTimeout(ctx, settings.timeout+time.Minute)
	defer cancel()
	begun := d.now()
	right, err := d.cache.AwaitSignIn(ctx, origin, d.person.signingIn(origin))
	d.trace.Info("await sign-in", "origin", origin, outcome(err), d.took(begun))
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("waited %v for another git command that is signing in to %s\nend it, or finish its sign-in, and run this command again", settings.timeout+time.Minute, origin)
	}
	return right, err
}

// client talks to an endpoint as git would: through its proxy, trusting whom it
// trusts.
func (d *doorkey) client(ctx context.Context, endpoint string) (oauthflow.Client, error) {
	settings, err := d.networkFor(ctx, endpoint)
	if err != nil {
		return oauthflow.Client{}, err
	}
	http, err := oauthflow.NewHTTPClient(settings)
	if err != nil {
		return oauthflow.Client{}, err
	}
	return d.traceHTTP(oauthflow.Client{HTTP: http}), nil
}

// accountFor is the account that a request means, without a grant yet. The name
// that doorkey itself gives out is no label.
func accountFor(q question, provider oauthflow.Provider) cache.Account {
	account := cache.Account{
		Username: q.label, Provider: provider.Kind, AnswerUsername: provider.Username,
		ClientID: provider.ClientID, TokenEndpoint: provider.TokenURL, RevocationEndpoint: provider.RevokeURL,
	}
	if q.label == provider.Username {
		account.Username = ""
	}
	return account
}

// granted is the account with what the server gave for it.
func granted(account cache.Account, grant oauthflow.Grant, now time.Time) entry {
	account.Scopes, account.Obtained, account.Expiry, account.Ended = grant.Scopes, now, grant.Expiry, false
	return entry{account, cache.Secrets{AccessToken: grant.AccessToken, RefreshToken: grant.RefreshToken}}
}
