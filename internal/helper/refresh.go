package helper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// attempts is the maximum number of children that one command starts.
const attempts = 3

// refreshLockTimeout is how long to wait for other processes that refresh before this one
// proceeds without the lock: longer than a working server takes.
const refreshLockTimeout = 20 * time.Second

// refresh waits for the refresh lock and then looks again: of many processes that find
// the same expired token, the first refreshes, and the others need neither settings nor
// a child. An entry that is not usable means that the grant is gone, so that there is
// nothing to refresh.
//
// This machine may not have a copy of a fleet's grant yet.
func (h *Helper) refresh(ctx context.Context, q Question, inFleet bool) (Entry, error) {
	lastFailure := h.Cache.LastFailure(q.Origin).At
	limited, cancel := context.WithTimeout(ctx, refreshLockTimeout)
	defer cancel()
	// Without the lock (the wait was too long, the directory is read-only) everything
	// works, only slower: the child takes the lock that protects the change.
	if leave, err := h.Cache.LockRefresh(limited, q.Origin, h.UI.WaitingForLock(q.Origin)); err == nil {
		defer leave()
	}
	found, err := h.LookUp(ctx, q)
	if err != nil || found.Usable() || !found.canRefresh() && !inFleet {
		return found, err
	}
	return h.refreshInChild(ctx, q, found.Account, lastFailure)
}

// refreshInChild lets a child refresh a grant, and reads what it stored.
//
// If a child was killed, another one is started. Likewise if its token has already
// expired when it is read: this process was suspended in between (a laptop was closed),
// or the server rejected the token in another process. That is no reason to sign in.
func (h *Helper) refreshInChild(ctx context.Context, q Question, account cache.Account, lastFailure time.Time) (Entry, error) {
	what, err := h.newRefreshRequest(ctx, q, account, lastFailure)
	if err != nil {
		return Entry{}, err
	}
	failure := errors.New("each new token had expired before it could be used")
	for range attempts {
		begun := time.Now()
		last, err := h.runChild(what)
		if errors.Is(err, errNoChild) {
			h.Log().Info("refresh in this process", trace.Outcome(err))
			last, err = h.refreshHere(ctx, what), nil
		}
		h.Log().Info("refresh child", "gone", last.Gone, "failure", last.Error, trace.Outcome(err), trace.Took(begun))
		switch {
		case err != nil:
			failure = err
			continue
		case last.Error != "":
			if old := h.nearExpiryFallback(ctx, q, account); old.Usable() {
				return old, nil
			}
			if last.LeavesToOthers {
				return Entry{}, leftToOthers{errors.New(last.Error)}
			}
			return Entry{}, errors.New(last.Error)
		case last.Gone:
			if last.GoneAgain {
				h.UI.GrantEndedAgain(q.Origin, oauthflow.GrantsPage(account.Provider, account.TokenEndpoint))
			}
			return Entry{}, nil
		case last.Token != nil:
			if last.Token.Problem != "" {
				h.UI.GrantNotStored(q.Origin, errors.New(last.Token.Problem))
			}
			return last.Token.entry(account.Username), nil
		}
		renewed, err := h.LookUp(ctx, q)
		if err != nil || renewed.Usable() || !renewed.Account.IsGrant() {
			return renewed, err
		}
	}
	return Entry{}, fmt.Errorf("could not refresh the token for %s: %v\nrun the command again", q.Origin, failure)
}

// nearExpiryFallback returns the grant with its old access token if that has not expired
// yet, although it is too close to its expiry to be returned if there is a better one.
// Git finds out whether the server still accepts it.
func (h *Helper) nearExpiryFallback(ctx context.Context, q Question, account cache.Account) Entry {
	if q.refused != "" || account.Ended || !h.now().Before(account.Expiry) {
		return Entry{}
	}
	// The refresh error is the one to report.
	secrets, _ := h.Cache.Unseal(ctx, q.Origin, account)
	return Entry{account, secrets}
}
