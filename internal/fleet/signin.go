package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Prepared is the state of the fleet before a sign-in: the engine was reached and the
// record was read.
type Prepared struct{ seen view }

// Prepare checks the fleet before the user is asked to sign in. A record that this
// machine cannot read is an error: it is not replaced.
func (h *Host) Prepare(ctx context.Context) (Prepared, error) {
	seen, err := h.look(ctx)
	return Prepared{seen}, err
}

// Publish stores a new sign-in on this machine and then in the record, in place of the
// grant there, which it returns. After an error the sign-in is only on this machine,
// which publishes it later (Refresh), unless another machine signs in first.
func (h *Host) Publish(ctx context.Context, before Prepared, account Account, pair Pair) (Result, Record, error) {
	seen := before.seen
	own := Copy{Grant: rand.Text(), Generation: 1, Owed: true, Replaces: seen.record.Grant, Account: account, Tokens: pair.tokens(seen.engineNow())}
	result := Result{Copy: own, Offset: seen.offset()}
	if result.NotSaved = h.Save(ctx, own, result.Offset); result.NotSaved != nil {
		return result, Record{}, nil
	}
	h.Local = own
	for {
		_, err := h.swap(ctx, seen, Record{Grant: own.Grant, Generation: own.Generation, Account: own.Account, Tokens: own.Tokens})
		if err == nil {
			break
		}
		if !errors.Is(err, ErrConflict) {
			return result, Record{}, fmt.Errorf("%s: publish the sign-in: %w", h.Engine, err)
		}
		if seen, err = h.look(ctx); err != nil {
			return result, Record{}, err
		}
	}
	result.Copy.Owed, result.Copy.Replaces = false, ""
	h.Local = result.Copy
	result.NotSaved = h.Save(ctx, result.Copy, result.Offset)
	return result, seen.record, nil
}

// End ends the fleet's grant: it claims the record, so that no machine refreshes
// meanwhile, revokes the grant, and writes a record that says who ended it. If revoke
// fails, the grant stays.
func (h *Host) End(ctx context.Context, what string, revoke func(context.Context, Record) error) error {
	a := &attempt{Host: h, claimID: rand.Text()}
	for {
		seen, err := h.look(ctx)
		switch {
		case err != nil:
			return err
		case !seen.exists || seen.record.Ended != nil:
			return nil
		}
		a.watch(seen)
		if c := seen.record.Claim; c != nil && !a.isMine(seen) && !a.isExpired(*c) {
			if err := a.pause(ctx, seen); err != nil {
				return err
			}
			continue
		}
		claimed, err := a.claim(ctx, seen)
		switch {
		case errors.Is(err, ErrConflict):
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", h.Engine, err)
		}
		return a.end(ctx, claimed, what, revoke)
	}
}

func (a *attempt) end(ctx context.Context, claimed view, what string, revoke func(context.Context, Record) error) error {
	beats := a.beat(ctx, claimed)
	err := revoke(ctx, claimed.record)
	latest := beats.stop()
	if err != nil {
		a.release(ctx, latest, nil)
		return err
	}
	r := latest.record
	ended := Record{Grant: r.Grant, Generation: r.Generation, Account: r.Account, Ended: &Event{Text: what, Host: a.Hostname, At: latest.engineNow()}}
	if _, err := a.swap(ctx, latest, ended); err != nil {
		return fmt.Errorf("%s: the grant is revoked, but the record does not say so: %w", a.Engine, err)
	}
	return nil
}

// Inspect returns the record and the engine's clock minus this machine's, and changes
// nothing. If the record does not exist, exists is false.
func (h *Host) Inspect(ctx context.Context) (r Record, exists bool, offset time.Duration, err error) {
	seen, err := h.look(ctx)
	if err != nil {
		return Record{}, false, 0, err
	}
	return seen.record, seen.exists, seen.offset(), nil
}

// TryWrite replaces the record by itself, encrypted again, to find out whether this
// machine can change it. It does not touch a record that does not exist or that a
// machine is refreshing. ErrRefused means that it cannot.
func (h *Host) TryWrite(ctx context.Context) error {
	seen, err := h.look(ctx)
	if err != nil || !seen.exists || seen.record.Claim != nil {
		return err
	}
	if _, err := h.swap(ctx, seen, seen.record); !errors.Is(err, ErrConflict) { // another machine changed it
		return err
	}
	return nil
}
