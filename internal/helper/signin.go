package helper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// signIn asks the user for a grant and stores it. Of several processes that need a grant
// for the same origin, one asks; the others wait and use the result. Processes that
// already have a grant there continue meanwhile.
func (h *Helper) signIn(ctx context.Context, q Question, provider oauthflow.Provider, configured settings.Settings) (Entry, error) {
	refused, failed := h.Cache.LastRefusal(q.Origin), h.Cache.LastSignInFailure(q.Origin).At
	attempt, err := h.newSignInAttempt(q, provider, configured, refused)
	if err != nil {
		return Entry{}, err
	}
	ctx, stop := terminal.UntilInterrupted(ctx)
	defer stop()
	signInLock, err := h.awaitSignIn(ctx, q.Origin, configured)
	if err != nil {
		return Entry{}, err
	}
	defer signInLock.End()
	if found, err := h.LookUp(ctx, q); err != nil || found.Usable() {
		return found, stopGitIf(found.Account.IsGrant(), err)
	}
	if isAnother(h.Cache.LastRefusal(q.Origin).At, refused.At) {
		return Entry{}, stopGit(fmt.Errorf("the sign-in to %s that another git command started was declined, timed out or failed\nrun the command again to sign in", q.Origin))
	}
	if last := h.Cache.LastSignInFailure(q.Origin); last.IsSince(failed) {
		return Entry{}, errors.New(last.Text) // a process that this command waited for
	}
	signedIn, _, err := attempt.askAndStore(ctx, signInLock)
	if err != nil && signedIn.Usable() {
		h.UI.GrantNotStored(q.Origin, err)
		return signedIn, nil
	}
	return signedIn, stopGitIf(attempt.asked || terminal.IsCanceled(err), err)
}

// isAnother reports whether a refusal differs from the one at the given time, which was
// recorded before. That time may be in the future, if the clock was set back.
func isAnother(refused, before time.Time) bool { return !refused.IsZero() && !refused.Equal(before) }

// askAndStore obtains a grant and stores it in place of the previous one, which stays
// until then. It also returns the previous one. A grant that comes with an error is not
// stored.
func (a *signInAttempt) askAndStore(ctx context.Context, signInLock *cache.SignIn) (Entry, []cache.Account, error) {
	origin, configured := a.question.Origin, a.settings
	defer surviveBrokenPipe()()
	if err := signInLock.Reserve(ctx, configured.Store); err != nil {
		return Entry{}, nil, fmt.Errorf("%v\nnobody was asked to sign in to %s: the result could not be kept", ExplainKey(origin, err), origin)
	}
	seen := a.findOtherHelpers(ctx, a.question)
	if names := seen.names(); len(names) > 0 && !takesEphemeral(ctx, a.question) {
		a.UI.OtherHelpersKeep(origin, names)
	}
	deadline := a.now().Add(configured.Timeout)
	a.announce = func(address, userCode string) {
		if address != "" && signInLock.NewKeyPlace() == cache.InFile {
			a.UI.KeyIsInFile(a.Cache.Directory)
		}
		signInLock.Announce(cache.Announcement{Until: deadline, Address: address, UserCode: userCode})
	}
	a.announce("", "")
	signedIn, err := a.askPerson(ctx, deadline)
	if err != nil {
		return Entry{}, nil, a.recordFailure(signInLock, err)
	}
	signedIn.Account = seen.rememberedWith(signedIn.Account)
	before, err := a.storeGrant(context.WithoutCancel(ctx), signInLock, &signedIn) // too late for Ctrl-C: the user has signed in
	signInLock.ClearRefusal()
	signInLock.ClearFailure()
	a.tellBrowser(ctx, err)
	return signedIn, before, err
}

// surviveBrokenPipe keeps this process alive if nobody reads its stderr any more, until stop
// is called: the user's sign-in must not be lost because of that. Unlike an ignored
// signal, this is not inherited by children such as a browser.
func surviveBrokenPipe() (stop func()) {
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	return func() { signal.Stop(pipes) }
}

// recordFailure records a failure for processes that would ask again or run into it
// again, and returns it as the user sees it.
func (a *signInAttempt) recordFailure(signInLock *cache.SignIn, err error) error {
	explained := explainSignIn(a.question.Origin, a.settings, AdviseClient(a.question.Origin, a.settings.IDFrom, err))
	// The user sees this failure, not a failure to record it.
	switch {
	case a.asked:
		_ = signInLock.NoteRefusal(a.refusal())
	case isNoResponse(err):
		_ = signInLock.NoteFailure(cache.Failure{At: a.now(), Text: explained.Error()})
	}
	return explained
}

// refusal counts one more refusal in a row, if there is no terminal; with a terminal,
// doorkey asks again at once.
func (a *signInAttempt) refusal() cache.Refusal {
	refusal := cache.Refusal{At: a.now(), Count: 1}
	if !a.UI.Screen().CanType() {
		refusal.Count += a.Cache.LastRefusal(a.question.Origin).Count
	}
	return refusal
}

// refreshTakes is longer than another process can take to refresh a grant of the same
// host.
const refreshTakes = 3 * time.Minute

// storeGrant stores a new grant in place of the previous one, and also returns the
// previous one.
func (a *signInAttempt) storeGrant(ctx context.Context, signInLock *cache.SignIn, signedIn *Entry) (before []cache.Account, err error) {
	limited, cancel := context.WithTimeout(ctx, refreshTakes)
	defer cancel()
	locked, err := signInLock.Lock(limited, a.UI.WaitingForLock(a.question.Origin))
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("waited %v for another git command that uses it", refreshTakes)
	}
	if err != nil {
		return nil, err
	}
	defer locked.Unlock()
	if before, err = locked.Accounts(); err != nil {
		return nil, err
	}
	if a.shared != nil {
		return before, a.publish(ctx, locked, signedIn)
	}
	kept, err := locked.Put(ctx, a.settings.Store, signedIn.Account, signedIn.Secrets)
	if err == nil {
		signedIn.Account = kept
	}
	return before, err
}

// awaitSignIn waits for another process's sign-in for as long as one may take, and a
// little more.
func (h *Helper) awaitSignIn(ctx context.Context, origin string, configured settings.Settings) (*cache.SignIn, error) {
	ctx, cancel := context.WithTimeout(ctx, configured.Timeout+time.Minute)
	defer cancel()
	begun := time.Now()
	signInLock, err := h.Cache.AwaitSignIn(ctx, origin, func() { h.showOtherSignIn(ctx, origin) })
	h.Log().Info("await sign-in", "origin", origin, trace.Outcome(err), trace.Took(begun))
	if errors.Is(err, context.DeadlineExceeded) { // which has asked the user
		return nil, stopGit(fmt.Errorf("waited %v for another git command that is signing in to %s\nfinish or stop that sign-in, then run this command again", configured.Timeout+time.Minute, origin))
	}
	return signInLock, stopGitIf(terminal.IsCanceled(err), err)
}

// showOtherSignIn shows the user how to finish the sign-in that another command has
// started, until ctx ends.
func (h *Helper) showOtherSignIn(ctx context.Context, origin string) {
	announced := h.Cache.AnnouncedSignIn(origin)
	h.UI.WaitingForSignIn(origin, announced.Until)
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for ctx.Err() == nil {
		if announced.Address != "" {
			h.UI.OtherSignIn(origin, announced.Address, announced.UserCode, announced.Until)
		}
		select {
		case <-ctx.Done():
		case <-ticks.C:
			announced = h.Cache.AnnouncedSignIn(origin)
		}
	}
}
