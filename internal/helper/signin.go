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

// signIn obtains a grant from the person and keeps it. Of processes that need
// one for the same origin one asks; the others wait and use what it got. Whoever
// has a grant there goes on with it meanwhile.
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
		return Entry{}, errors.New(last.Text) // of whom this command has waited for
	}
	signedIn, _, err := attempt.askAndKeep(ctx, signInLock)
	if err != nil && signedIn.Usable() {
		h.UI.GrantNotStored(q.Origin, err)
		return signedIn, nil
	}
	return signedIn, stopGitIf(attempt.asked || terminal.IsCanceled(err), err)
}

// isAnother reports whether a refusal is another one than that of the given time,
// which was noted before. That one may lie ahead: the clock has been set back.
func isAnother(refused, before time.Time) bool { return !refused.IsZero() && !refused.Equal(before) }

// askAndKeep obtains a grant and keeps it in the place of one that there was,
// which stays until then. It also returns what was kept before. A grant that comes with
// an error is not kept.
func (a *signInAttempt) askAndKeep(ctx context.Context, signInLock *cache.SignIn) (Entry, []cache.Account, error) {
	origin, configured := a.question.Origin, a.settings
	defer outliveReader()()
	if err := signInLock.Reserve(ctx, configured.Store); err != nil {
		return Entry{}, nil, fmt.Errorf("%v\nnobody was asked to sign in to %s: the result could not be kept", ExplainKey(err), origin)
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
	before, err := a.storeGrant(context.WithoutCancel(ctx), signInLock, &signedIn) // Ctrl-C comes too late: the person has signed in
	signInLock.ClearRefusal()
	signInLock.ClearFailure()
	a.tellBrowser(ctx, err)
	return signedIn, before, err
}

// outliveReader keeps this process alive when nobody reads its stderr any more, until
// stop: what the person has done must not be lost for want of somebody to tell.
// Children, a browser say, do not inherit that, as they would a signal that is
// ignored.
func outliveReader() (stop func()) {
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	return func() { signal.Stop(pipes) }
}

// recordFailure returns a failure as the person is told it, of which those know who would ask, or
// find it out, again right away.
func (a *signInAttempt) recordFailure(signInLock *cache.SignIn, err error) error {
	explained := explainSignIn(a.question.Origin, a.settings.Timeout, AdviseClient(a.question.Origin, a.settings.IDFrom, err))
	// What the person sees is the failure, not that it could not be noted.
	switch {
	case a.asked:
		_ = signInLock.NoteRefusal(a.refusal())
	case isNoResponse(err):
		_ = signInLock.NoteFailure(cache.Failure{At: a.now(), Text: explained.Error()})
	}
	return explained
}

// refusal is one more in a row, if nobody is at a terminal: who is there hears of the
// first again.
func (a *signInAttempt) refusal() cache.Refusal {
	refusal := cache.Refusal{At: a.now(), Count: 1}
	if !a.UI.Screen().CanType() {
		refusal.Count += a.Cache.LastRefusal(a.question.Origin).Count
	}
	return refusal
}

// refreshTakes is longer than another process can take to refresh a grant of the
// same host.
const refreshTakes = 3 * time.Minute

// storeGrant puts a new grant in its place. The account becomes what was kept of it.
// It also returns what was kept before.
func (a *signInAttempt) storeGrant(ctx context.Context, signInLock *cache.SignIn, signedIn *Entry) (before []cache.Account, err error) {
	limited, cancel := context.WithTimeout(ctx, refreshTakes)
	defer cancel()
	locked, err := signInLock.Lock(limited, a.UI.WaitingForLock(a.question.Origin))
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
	if a.shared != nil {
		return before, a.publish(ctx, locked, signedIn)
	}
	kept, err := locked.Put(ctx, a.settings.Store, signedIn.Account, signedIn.Secrets)
	if err == nil {
		signedIn.Account = kept
	}
	return before, err
}

// awaitSignIn waits for another process's sign-in as long as one may take, and a
// little more.
func (h *Helper) awaitSignIn(ctx context.Context, origin string, configured settings.Settings) (*cache.SignIn, error) {
	ctx, cancel := context.WithTimeout(ctx, configured.Timeout+time.Minute)
	defer cancel()
	begun := time.Now()
	signInLock, err := h.Cache.AwaitSignIn(ctx, origin, func() { h.showOtherSignIn(ctx, origin) })
	h.Log().Info("await sign-in", "origin", origin, trace.Outcome(err), trace.Took(begun))
	if errors.Is(err, context.DeadlineExceeded) { // which has asked the person
		return nil, stopGit(fmt.Errorf("waited %v for another git command that is signing in to %s\nend it, or finish its sign-in, and run this command again", configured.Timeout+time.Minute, origin))
	}
	return signInLock, stopGitIf(terminal.IsCanceled(err), err)
}

// showOtherSignIn tells the person of the sign-in that another command has asked them
// for, until ctx ends, with what it takes to finish it.
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
