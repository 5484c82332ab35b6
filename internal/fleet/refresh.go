package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// refresh claims the record, exchanges its refresh token and publishes the result. It
// reports not done if another machine was faster: then Refresh looks again.
func (a *attempt) refresh(ctx context.Context, seen view) (result Result, done bool, err error) {
	claimed, err := a.claim(ctx, seen)
	if err != nil {
		return Result{}, false, a.lostRace(err)
	}
	if err := a.Reserve(ctx); err != nil {
		a.release(ctx, claimed, nil)
		return Result{}, true, err
	}
	sent, err := a.markSent(ctx, claimed)
	if err != nil {
		return Result{}, false, a.lostRace(err)
	}
	beats := a.beat(ctx, sent)
	pair, err := a.Exchange(ctx, sent.record)
	if err == nil {
		result, err = a.keep(ctx, sent, pair, beats)
		return result, true, err
	}
	latest := beats.stop()
	if errors.Is(err, ErrInvalidGrant) {
		return Result{}, false, a.suspect(ctx, latest, err)
	}
	a.release(ctx, latest, &Event{Text: err.Error(), Host: a.Hostname, At: latest.engineNow()})
	return Result{}, true, err
}

// lostRace returns nil if Refresh has to look again.
func (a *attempt) lostRace(err error) error {
	switch {
	case errors.Is(err, ErrConflict):
		return nil
	case errors.Is(err, ErrRefused) && !a.readOnly:
		a.readOnly = true
		return nil
	case !errors.Is(err, ErrRefused) && a.unknown < mostUnknown:
		a.unknown++ // the record reveals the result
		return nil
	}
	return fmt.Errorf("%w: %s: %v", ErrOutOfReach, a.Engine, err)
}

// mostUnknown is how many swaps of one attempt may end with an unknown result.
const mostUnknown = 2

// claim writes this machine's claim into the record, if it is not there already.
func (a *attempt) claim(ctx context.Context, seen view) (view, error) {
	r := seen.record
	if r.Claim != nil && r.Claim.ID == a.claimID {
		return seen, nil
	}
	r.Claim = &Claim{ID: a.claimID, Host: a.Hostname, At: seen.engineNow()}
	return a.swap(ctx, seen, r)
}

// markSent records that the refresh token may have been used from now on. A machine that
// was suspended meanwhile, by either of its clocks, checks again whether the claim is
// still its own.
func (a *attempt) markSent(ctx context.Context, claimed view) (view, error) {
	before := time.Now()
	sent, err := a.swap(ctx, claimed, withClaim(claimed.record, func(c *Claim) { c.Sent = true }))
	if err != nil || !a.wasSuspended(before) {
		return sent, err
	}
	again, err := a.look(ctx)
	if err != nil {
		return view{}, err
	}
	if !a.isMine(again) {
		return view{}, ErrConflict
	}
	return again, nil
}

// wasSuspended reports whether more than half a lease has passed since a time, by the
// monotonic clock or by the wall clock: the former stops while a machine sleeps.
func (a *attempt) wasSuspended(since time.Time) bool {
	now := time.Now()
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0))) > a.Times.Lease/2
}

func (a *attempt) isMine(seen view) bool {
	return seen.record.Claim != nil && seen.record.Claim.ID == a.claimID
}

// withClaim returns the record with a changed copy of its claim.
func withClaim(r Record, change func(*Claim)) Record {
	changed := *r.Claim
	change(&changed)
	r.Claim = &changed
	return r
}

// release removes the claim from the record: the token was not used. A failure is for
// machines that wait, which would get the same. If the claim cannot be removed, it
// expires.
func (a *attempt) release(ctx context.Context, latest view, failure *Event) {
	r := latest.record
	r.Claim, r.Failure = nil, failure
	_, _ = a.swap(ctx, latest, r)
}

// suspect marks a record whose refresh token the server rejects. Nothing is deleted: the
// machine that used the token may come back and publish. If the record has changed, or
// cannot be marked, Refresh looks again.
func (a *attempt) suspect(ctx context.Context, latest view, why error) error {
	seen, err := a.look(ctx)
	if err != nil {
		return err
	}
	if seen.record.Grant != latest.record.Grant || seen.record.Generation != latest.record.Generation {
		return nil
	}
	r := seen.record
	r.Claim, r.Suspect = nil, &Event{Text: why.Error(), Host: a.Hostname, At: seen.engineNow()}
	if _, err := a.swap(ctx, seen, r); err != nil && !errors.Is(err, ErrConflict) {
		return fmt.Errorf("%w: %s: %v", ErrOutOfReach, a.Engine, err)
	}
	return nil
}

// keep stores what the server issued, first on this machine's disk, and then publishes
// it. The token can be used even if either fails.
func (a *attempt) keep(ctx context.Context, sent view, pair Pair, beats beats) (Result, error) {
	own, offset := next(sent, pair), sent.offset()
	notSaved := a.Save(ctx, own, offset)
	a.Local = own
	if err := a.publish(ctx, beats.stop()); err == nil && !a.Local.Owed {
		own = a.Local
		if notSaved == nil {
			notSaved = a.Save(ctx, own, offset)
		}
	}
	return Result{Copy: own, Offset: offset, NotSaved: notSaved}, nil
}

// next returns the copy that follows a record whose refresh token was exchanged for a
// pair.
func next(sent view, pair Pair) Copy {
	r := sent.record
	c := Copy{Grant: r.Grant, Generation: r.Generation + 1, Owed: true, Account: r.Account, Tokens: pair.tokens(sent.engineNow())}
	if pair.RefreshToken.IsEmpty() {
		c.Tokens.RefreshToken = r.Tokens.RefreshToken
	}
	if len(pair.Scopes) > 0 {
		c.Account.Scopes = pair.Scopes
	}
	return c
}

// tokens returns the pair, obtained at a time by the engine's clock.
func (p Pair) tokens(obtained time.Time) Tokens {
	t := Tokens{AccessToken: p.AccessToken, RefreshToken: p.RefreshToken, Obtained: obtained}
	if p.Lifetime > 0 {
		t.Expiry = obtained.Add(p.Lifetime)
	}
	return t
}
