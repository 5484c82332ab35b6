package helper

import (
	"context"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/fleet"
)

// sharedSignIn is a sign-in for all machines of a fleet.
type sharedSignIn struct {
	host     *fleet.Host
	prepared fleet.Prepared
	replaced Entry // the fleet's previous grant
}

// prepareFleet makes sure, before the user is asked, that the result can be shared.
func (a *signInAttempt) prepareFleet(ctx context.Context) error {
	host, err := a.FleetHost(ctx, a.question, a.settings)
	if err != nil {
		return err
	}
	prepared, err := host.Prepare(ctx)
	if err != nil {
		return fmt.Errorf("%w\nnobody was asked to sign in: the fleet could not use it", err)
	}
	a.shared = &sharedSignIn{host: host, prepared: prepared}
	return nil
}

// publish stores a new grant on this machine and in the fleet's record.
func (a *signInAttempt) publish(ctx context.Context, locked *cache.Locked, signedIn *Entry) error {
	host, account := a.shared.host, signedIn.Account
	host.Save = func(ctx context.Context, c fleet.Copy, offset time.Duration) error {
		saved := entryOfFleet(host, c, offset, account)
		kept, err := locked.Put(ctx, a.settings.Store, saved.Account, saved.Secrets)
		if err == nil {
			*signedIn = Entry{kept, saved.Secrets}
		}
		return err
	}
	result, before, err := host.Publish(ctx, a.shared.prepared, fleetAccount(account), pairOf(*signedIn))
	switch {
	case result.NotSaved != nil:
		return result.NotSaved
	case err != nil:
		return notPublishedError{fmt.Errorf("signed in to %s, but could not publish that to the fleet: %v\nthe next git command for it on this machine publishes it", host.Name.Origin, err)}
	}
	if before.Grant != "" && before.Ended == nil {
		a.shared.replaced = EntryOfRecord(host, before, result.Offset)
	}
	return nil
}

// notPublishedError is returned for a sign-in that was stored on this machine but not
// shared yet.
type notPublishedError struct{ error }

// EntryOfRecord returns a fleet's record as an account of this machine. The offset is
// the engine's clock minus this machine's.
func EntryOfRecord(host *fleet.Host, r fleet.Record, offset time.Duration) Entry {
	return entryOfFleet(host, fleet.Copy{Grant: r.Grant, Generation: r.Generation, Account: r.Account, Tokens: r.Tokens}, offset, cache.Account{})
}
