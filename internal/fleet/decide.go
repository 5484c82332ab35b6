package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// decision is what a machine does next.
type decision int

const (
	fail       decision = iota
	give                // out the tokens of the record
	publishOwn          // tokens, which are newer
	wait                // for another machine
	claim               // the refresh
)

// attempt is one process that needs tokens, from its first look at the record to its last.
type attempt struct {
	*Host
	rejected string // fingerprint of a rejected token
	claimID  string
	begun    time.Time

	looked       bool
	firstFailure Event  // in the record at the first look
	version      string // of the record at the last look
	since        time.Time
	readOnly     bool // the engine does not let this machine change the record
	unknown      int  // swaps with an unknown result
	lastPause    time.Duration
	told         bool // Waiting was called
}

// watch records since when the record has not changed, by this machine's monotonic
// clock: dates from other machines do not matter.
func (a *attempt) watch(seen view) {
	if !a.looked {
		a.looked = true
		a.firstFailure = event(seen.record.Failure)
	}
	if seen.version != a.version {
		a.version, a.since = seen.version, time.Now()
	}
}

func event(e *Event) Event {
	if e == nil {
		return Event{}
	}
	return *e
}

// decide says what to do, based on the record. It depends only on the attempt and on
// what it saw.
func (a *attempt) decide(seen view) (decision, error) {
	r, now := seen.record, seen.engineNow()
	isRejected := a.rejected != "" && r.Tokens.AccessToken.Fingerprint() == a.rejected
	switch {
	case a.isOwnNewer(seen):
		return publishOwn, nil
	case !seen.exists:
		return fail, fmt.Errorf("%w: %s has no sign-in for %s", ErrNoSignIn, a.Engine, a.Name.Origin)
	case a.Local.Grant == r.Grant && a.Local.Generation > r.Generation && r.Ended == nil:
		return fail, fmt.Errorf("%w: %s has gone back to an older record (a backup?), and this machine has not obtained the newer tokens\n"+
			"run any git command on the machine that last refreshed them, or sign in again", ErrLost, a.Engine)
	case r.Ended != nil:
		return fail, fmt.Errorf("%w: %s, on %q, at %s", ErrEnded, r.Ended.Text, r.Ended.Host, formatTime(r.Ended.At))
	case r.Suspect != nil && now.Sub(r.Suspect.At) < a.Times.Suspect:
		return wait, nil
	case r.Suspect != nil:
		return fail, fmt.Errorf("%w: the server rejected its refresh token on %q at %s, and no machine has published a newer one", ErrLost, r.Suspect.Host, formatTime(r.Suspect.At))
	case r.Claim != nil && r.Claim.ID == a.claimID:
		return claim, nil // the answer to the swap was lost
	case r.Failure != nil && *r.Failure != a.firstFailure:
		return fail, errors.New(r.Failure.Text) // of a machine that this one waited for
	case r.Claim != nil && !a.isExpired(*r.Claim):
		return wait, nil
	case r.Claim != nil:
		return a.claimOrWait()
	case a.Times.lasts(r.Tokens, now) && !isRejected:
		return give, nil
	case isRejected && a.Times.lasts(r.Tokens, now) && now.Sub(r.Tokens.Obtained) < a.Times.Young:
		// Otherwise, one job that rejects each token would make all machines refresh.
		return give, nil
	}
	return a.claimOrWait()
}

// isExpired reports whether a claim has not changed for its lease since this machine
// first saw it.
func (a *attempt) isExpired(c Claim) bool {
	lease := a.Times.Lease
	if c.Sent {
		lease = a.Times.SentLease
	}
	return time.Since(a.since) >= lease
}

// claimOrWait claims the refresh, or waits for another machine if this one can only
// read.
func (a *attempt) claimOrWait() (decision, error) {
	switch {
	case !a.readOnly:
		return claim, nil
	case time.Since(a.begun) < a.Times.Patience:
		return wait, nil
	}
	return fail, fmt.Errorf("%w: this machine can only read %s, and no other machine refreshed the token within %v\n"+
		"give write access to at least one machine of the fleet that always runs", ErrRefused, a.Engine, a.Times.Patience)
}

// pause waits a moment before the next look.
func (a *attempt) pause(ctx context.Context, seen view) error {
	if !a.told && a.Waiting != nil {
		a.told = true
		a.Waiting(waitedFor(seen.record))
	}
	a.lastPause = max(a.Times.PollFirst, min(2*a.lastPause, a.Times.PollLast))
	sleep(ctx, jittered(a.lastPause))
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case a.Limit > 0 && time.Since(a.begun) > a.Limit:
		return fmt.Errorf("waited %v for %s, which is refreshing the token\nrun the command again", a.Limit, waitedFor(seen.record))
	}
	return nil
}

func waitedFor(r Record) string {
	switch {
	case r.Claim != nil:
		return r.Claim.Host
	case r.Suspect != nil:
		return r.Suspect.Host
	}
	return "another machine"
}

func formatTime(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 MST") }
