package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"git-credential-doorkey/internal/secret"
)

// Host is one machine of a fleet, for one grant. Its process holds the machine's lock of
// the grant, so only one process of a machine runs the protocol.
type Host struct {
	Register Register
	Engine   string // as messages name it: "etcd at https://etcd.example:2379"
	Keys     Keys
	Name     Name
	Hostname string // of this machine, for users of the others
	Times    Times

	// Local is this machine's copy on disk.
	Local Copy
	// LocalLasts means that the access token on disk has not expired. Then an engine
	// that cannot be reached is not retried.
	LocalLasts bool

	// Limit is how long to wait for other machines; 0 means no limit.
	Limit time.Duration

	// Reserve makes sure that the next Save succeeds.
	Reserve func(ctx context.Context) error
	// Save stores a copy permanently on this machine's disk. The offset is the engine's
	// clock minus this machine's.
	Save func(ctx context.Context, c Copy, offset time.Duration) error
	// Exchange uses the refresh token of a record. An error that wraps ErrInvalidGrant
	// means that the server rejects it; after any other the grant is unchanged.
	Exchange func(ctx context.Context, r Record) (Pair, error)
	// Waiting, if set, is called once if this machine waits for another one.
	Waiting func(hostname string)
}

// Pair is what an exchange returns.
type Pair struct {
	AccessToken  secret.Text
	RefreshToken secret.Text   // empty: the old one stays valid
	Lifetime     time.Duration // of the access token; 0: unknown
	Scopes       []string
}

// Result is the result for a machine.
type Result struct {
	Copy   Copy
	Offset time.Duration // the engine's clock minus this machine's
	// NotSaved is why the copy is not on this machine's disk. It can still be used.
	NotSaved error
	// Superseded is a grant of this machine that nobody will use: another sign-in was
	// published before it. Otherwise it is empty.
	Superseded Copy
}

// view is the record as one read returned it.
type view struct {
	record  Record
	exists  bool
	version string
	now     time.Time // the engine's clock
	at      time.Time // the same moment by this machine's clock
}

// engineNow returns the engine's current time.
func (v view) engineNow() time.Time { return v.now.Add(time.Since(v.at)) }

// offset returns the engine's clock minus this machine's.
func (v view) offset() time.Duration { return v.now.Sub(v.at.Round(0)) }

// Refresh returns usable tokens: those of the record, or new ones. The fingerprint
// rejected is of a token that the server rejected although it has not expired.
func (h *Host) Refresh(ctx context.Context, rejected string) (Result, error) {
	a := &attempt{Host: h, rejected: rejected, claimID: rand.Text(), begun: time.Now()}
	for {
		seen, err := h.look(ctx)
		if err != nil {
			return Result{}, err
		}
		a.watch(seen)
		switch what, err := a.decide(seen); what {
		case give:
			return h.take(ctx, seen)
		case publishOwn:
			if err := h.publish(ctx, seen); err != nil {
				return Result{}, err
			}
		case claim:
			result, done, err := a.refresh(ctx, seen)
			if done || err != nil {
				return result, err
			}
		case wait:
			if err := a.pause(ctx, seen); err != nil {
				return Result{}, err
			}
		default:
			return Result{}, err
		}
	}
}

// look reads the record. It retries an engine that cannot be reached for a while.
func (h *Host) look(ctx context.Context) (view, error) {
	end := time.Now().Add(h.Times.Retry)
	for pause := h.Times.PollFirst; ; pause = min(2*pause, h.Times.PollLast) {
		value, version, now, err := h.Register.Read(ctx)
		switch {
		case err == nil:
			return h.open(value, version, now)
		case errors.Is(err, ErrRefused):
			return view{}, fmt.Errorf("%s: %w", h.Engine, err)
		case h.LocalLasts || ctx.Err() != nil || time.Now().Add(pause).After(end):
			return view{}, fmt.Errorf("%w: %s: %v", ErrOutOfReach, h.Engine, err)
		}
		sleep(ctx, jittered(pause))
	}
}

func (h *Host) open(value []byte, version string, now time.Time) (view, error) {
	seen := view{version: version, now: now, at: time.Now(), exists: value != nil}
	if !seen.exists {
		return seen, nil
	}
	var err error
	if seen.record, err = h.Keys.Open(h.Name, value); err != nil {
		return view{}, fmt.Errorf("%s: %w", h.Engine, err)
	}
	return seen, nil
}

// swap replaces the record that was seen. If an answer was lost, or if there is a
// conflict with its own repeated request, reading the record reveals the result.
func (h *Host) swap(ctx context.Context, seen view, r Record) (view, error) {
	value, err := h.Keys.Seal(h.Name, r)
	if err != nil {
		return view{}, err
	}
	version, err := h.Register.Swap(ctx, value, seen.version)
	if err != nil && !errors.Is(err, ErrRefused) {
		current, at, _, failure := h.Register.Read(ctx)
		if failure == nil && string(current) == string(value) {
			version, err = at, nil
		}
	}
	if err != nil {
		return view{}, err
	}
	return view{record: r, exists: true, version: version, now: seen.now, at: seen.at}, nil
}

// take stores the tokens of the record on this machine, without the refresh token.
func (h *Host) take(ctx context.Context, seen view) (Result, error) {
	taken := copyOf(seen.record)
	if h.Local.Grant == taken.Grant && h.Local.Generation == taken.Generation {
		taken.Tokens.RefreshToken = h.Local.Tokens.RefreshToken
	}
	result := Result{Copy: taken, Offset: seen.offset(), NotSaved: h.Save(ctx, taken, seen.offset())}
	if h.Local.Owed && h.Local.Grant != taken.Grant {
		result.Superseded = h.Local
	}
	return result, nil
}

// publish writes the tokens on this machine's disk into the record, if they are newer.
// Nothing else is needed to recover from a crash.
func (h *Host) publish(ctx context.Context, seen view) error {
	for {
		if !h.isOwnNewer(seen) {
			return nil // Refresh looks again, and uses the record's
		}
		own := h.Local
		published := Record{Grant: own.Grant, Generation: own.Generation, Account: own.Account, Tokens: own.Tokens}
		_, err := h.swap(ctx, seen, published)
		switch {
		case err == nil:
			h.Local.Owed, h.Local.Replaces = false, ""
			return nil
		case errors.Is(err, ErrConflict):
		default:
			return fmt.Errorf("%s: publish the new tokens: %w", h.Engine, err)
		}
		if seen, err = h.look(ctx); err != nil {
			return err
		}
	}
}

// isOwnNewer reports whether the tokens on this machine's disk have to be published:
// they belong to the same grant and are newer, or to a sign-in that replaces it, or the
// record is missing.
func (h *Host) isOwnNewer(seen view) bool {
	own, r := h.Local, seen.record
	switch {
	case own.IsEmpty() || own.Tokens.RefreshToken.IsEmpty():
		return false
	case !seen.exists:
		return true
	case own.Grant == r.Grant:
		return own.Generation > r.Generation && r.Ended == nil
	}
	return own.Owed && own.Replaces != "" && own.Replaces == r.Grant
}

func sleep(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// jittered returns between half and one and a half times a pause, so that many machines
// do not ask at the same time.
func jittered(pause time.Duration) time.Duration {
	return pause/2 + mathrand.N(pause+1)
}
