package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
)

// attempts is how many children one command starts at the most.
const attempts = 3

// turnPatience is how long others that refresh are waited for before this
// process goes about it as well: longer than a server takes that is well.
const turnPatience = 20 * time.Second

// refresh waits for its turn, and looks again: of many processes that find the
// same token over, the first refreshes, and the others need neither settings nor
// a child. An entry that is not usable means that the grant is gone: there is
// nothing to refresh with.
func (d *doorkey) refresh(ctx context.Context, q question) (entry, error) {
	lastFailure := d.cache.LastFailure(q.origin).At
	limited, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	// Without a turn (the wait was long, the directory is read-only) all is as
	// with one, only slower: the child takes the lock that counts.
	if leave, err := d.cache.AwaitTurn(limited, q.origin, d.person.busy(q.origin)); err == nil {
		defer leave()
	}
	found, err := d.lookUp(ctx, q)
	if err != nil || found.usable() || !found.renews() {
		return found, err
	}
	return d.refreshInChild(ctx, q, found.account, lastFailure)
}

// refreshInChild has a child renew a grant, and reads what it kept.
//
// A child that was killed has a successor. So has one whose token is over again
// when it is read: this process was stopped in between (a laptop was closed), or
// another one was told that the server refuses it. That is no reason to sign in.
func (d *doorkey) refreshInChild(ctx context.Context, q question, account cache.Account, lastFailure time.Time) (entry, error) {
	what, err := d.describeTask(ctx, q, account, lastFailure)
	if err != nil {
		return entry{}, err
	}
	failure := errors.New("its token was over again each time, before it could be handed out")
	for range attempts {
		begun := d.now()
		last, err := d.runChild(what)
		d.trace.Info("refresh child", "gone", last.Gone, "failure", last.Error, outcome(err), d.took(begun))
		switch {
		case errors.Is(err, errChildEnded):
			failure = err
			continue
		case err != nil:
			return entry{}, fmt.Errorf("refresh for %s: %v", q.origin, err)
		case last.Error != "":
			if old := d.lastMinute(ctx, q, account); old.usable() {
				return old, nil
			}
			return entry{}, errors.New(last.Error)
		case last.Gone:
			return entry{}, nil
		}
		renewed, err := d.lookUp(ctx, q)
		if err != nil || renewed.usable() || !renewed.account.IsGrant() {
			return renewed, err
		}
	}
	return entry{}, fmt.Errorf("refresh for %s: %v\nrun the command again", q.origin, failure)
}

// lastMinute is the grant with its old access token where that is not over yet,
// though too close to its end to be handed out if there is a better one. Git
// finds out whether the server still takes it.
func (d *doorkey) lastMinute(ctx context.Context, q question, account cache.Account) entry {
	if q.refused != "" || account.Ended || !d.now().Before(account.Expiry) {
		return entry{}
	}
	// The error that counts is that of the refresh.
	secrets, _ := d.cache.Unseal(ctx, q.origin, account)
	return entry{account, secrets}
}
