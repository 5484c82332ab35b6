package fleet

import (
	"context"
	"errors"
	"time"
)

// beats change a claim every few seconds while a machine waits for the server, so that
// the others see that it is alive.
type beats struct {
	end    context.CancelFunc
	latest chan view
}

// beat starts. A failed change stops nothing: the next one may succeed, and the server's
// answer counts in any case.
func (a *attempt) beat(ctx context.Context, sent view) beats {
	running, end := context.WithCancel(ctx)
	b := beats{end, make(chan view, 1)}
	go func() {
		latest := sent
		defer func() { b.latest <- latest }()
		ticks := time.NewTicker(a.Times.Beat)
		defer ticks.Stop()
		for {
			select {
			case <-running.Done():
				return
			case <-ticks.C:
			}
			// Not bound to running: a change that was started is completed, so that its
			// version is known.
			next, err := a.swap(ctx, latest, withClaim(latest.record, func(c *Claim) { c.Beat++ }))
			switch {
			case err == nil:
				latest = next
			case errors.Is(err, ErrConflict):
				if seen, err := a.look(ctx); err == nil && a.isMine(seen) {
					latest = seen
				}
			}
		}
	}()
	return b
}

// stop stops the beats and returns the record as it is after the last one.
func (b beats) stop() view {
	b.end()
	return <-b.latest
}
