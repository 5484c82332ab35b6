package helper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// refresher runs one refresh: in the refresh child, or in the process that could not
// start one.
type refresher struct {
	*Helper
	request refreshRequest
	report  func(report) // what to report before the end
}

// RunRefreshChild is the program that RefreshVerb starts: lock, read again, refresh,
// store, report. It reads its request from in and writes reports to out.
func (h *Helper) RunRefreshChild(ctx context.Context, in io.Reader, out io.Writer) error {
	ignoreSignals()
	r := &refresher{Helper: h}
	if err := json.NewDecoder(in).Decode(&r.request); err != nil {
		return ui.UsageError{Problem: "\"exchange\" is internal: doorkey itself runs it"}
	}
	// The parent may be gone: then nobody needs the reports. Reports about waiting may
	// be written at any time.
	r.report = func(line report) { _ = json.NewEncoder(out).Encode(line) }
	if r.request.Version > refreshVersion {
		r.report(report{Done: true, UnknownVersion: true})
		return nil
	}
	r.report(report{Started: true})
	// Nobody reads this process's stderr, so the parent shows its messages.
	r.Cache.KeyringSlow = func() { r.report(report{KeyringSlow: true}) }
	r.report(r.refresh(ctx))
	return nil
}

// refreshHere refreshes in this process, if no child can.
func (h *Helper) refreshHere(ctx context.Context, what refreshRequest) report {
	defer ignoreSignals()()
	r := &refresher{Helper: h, request: what, report: func(line report) { h.forwardMessage(what.Origin, line) }}
	return r.refresh(context.WithoutCancel(ctx))
}

// ignoreSignals keeps signals that stop a command from stopping a refresh, until heed is
// called. SIGPIPE is one: the parent may be gone, and a report to it must not stop the
// refresh.
func ignoreSignals() (heed func()) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE}
	signal.Ignore(signals...)
	return func() { signal.Reset(signals...) }
}

// refresh runs one refresh and returns the last report.
func (r *refresher) refresh(ctx context.Context) report {
	last, err := r.run(ctx)
	last.Done = true
	if err != nil {
		last.Error = err.Error()
	}
	return last
}

// run refreshes, unless another process has just done so.
func (r *refresher) run(ctx context.Context) (report, error) {
	limited, cancel := context.WithTimeout(ctx, r.request.Timeout)
	defer cancel()
	begun := time.Now()
	locked, err := r.Cache.Lock(limited, r.request.Origin, func() { r.report(report{Waiting: true}) })
	r.Log().Info("lock", "origin", r.request.Origin, trace.Outcome(err), trace.Took(begun))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return report{}, fmt.Errorf("could not refresh the token for %s: waited %v for another git command that uses it\nrun the command again", r.request.Origin, r.request.Timeout)
	case err != nil:
		return report{}, explainNotStored(r.request.Origin, err)
	}
	defer locked.Unlock()

	found, isDone, err := r.refreshable(limited, locked)
	r.Log().Info("refresh", "needed", !isDone, "fleet", r.request.Fleet != nil, "refresh_token", found.Secrets.RefreshToken, trace.Outcome(err))
	if err != nil || isDone {
		return report{}, err
	}
	if r.request.Fleet != nil {
		last, err := r.refreshByFleet(ctx, locked, found)
		if !errors.Is(err, fleet.ErrNoSignIn) || !r.hasOwnGrant(found) {
			return last, err
		}
	}
	if !r.hasOwnGrant(found) {
		return report{Gone: true}, nil
	}
	if last := r.Cache.LastFailure(r.request.Origin); last.IsSince(r.request.LastFailure) {
		return report{}, errors.New(last.Text) // a process that this command waited for
	}
	place := r.request.placeFor(found.Account)
	if err := locked.Reserve(limited, place); err != nil {
		return report{}, explainNotStored(r.request.Origin, ExplainKey(r.request.Origin, err))
	}
	// From here on, a long wait must not cut anything short: the HTTP client has its own
	// time limits.
	return r.refreshAndStore(ctx, locked, found, place)
}

// explainNotStored explains why the refresh token was not used.
func explainNotStored(origin string, err error) error {
	return fmt.Errorf("%v\nthe token for %s was not refreshed, because doorkey could not store a new one; you are still signed in", err, origin)
}

// refreshAndStore uses the refresh token and stores the new tokens. A new token that
// cannot be stored can still be used.
func (r *refresher) refreshAndStore(ctx context.Context, locked *cache.Locked, found Entry, place cache.KeyPlace) (report, error) {
	grant, err := r.exchangeRefreshToken(ctx, found.Account, found.Secrets.RefreshToken)
	if err != nil {
		return r.notRefreshed(ctx, locked, found, place, err)
	}
	if grant.RefreshToken.IsEmpty() {
		grant.RefreshToken = found.Secrets.RefreshToken
	}
	renewed := granted(found.Account, grant, r.now())
	_, err = locked.Put(ctx, place, r.request.Others.rememberedWith(renewed.Account), renewed.Secrets)
	r.Log().Info("store grant", trace.Outcome(err))
	if err != nil {
		token := reportToken(renewed)
		token.Problem = err.Error()
		return report{Token: &token}, nil
	}
	locked.ClearFailure()
	return report{}, nil
}

// notRefreshed handles a failed refresh.
func (r *refresher) notRefreshed(ctx context.Context, locked *cache.Locked, found Entry, place cache.KeyPlace, err error) (report, error) {
	switch {
	case oauthflow.Is(err, "invalid_grant"):
		again := oauthflow.IsReplaced(found.Account.Provider, err) && locked.NoteDeadGrant(found.Account, r.now()) > 1
		// The label remains, for the next sign-in.
		_, err = locked.Put(ctx, place, found.withoutAccessToken().Account, cache.Secrets{})
		return report{Gone: true, GoneAgain: again}, err
	case oauthflow.IsUnknownClient(err) && r.request.ClientID != "" && r.request.ClientID != found.Account.ClientID:
		// Another application is configured than the one that has this grant. The stored
		// grant stays until the sign-in: the setting may be wrong.
		r.Log().Info("application replaced", "client_id", found.Account.ClientID, "configured", r.request.ClientID)
		return report{Gone: true}, nil
	}
	explained := r.request.explain(err)
	if isNoResponse(err) {
		// The caller needs this failure, not a failure to record it.
		_ = locked.NoteFailure(cache.Failure{At: r.now(), Text: explained.Error()})
	}
	return report{}, explained
}

// placeFor returns where the key of the refreshed account is stored. A location that was
// configured since then applies here; "auto" leaves the account where it is. A fleet's
// account may be new to this machine.
func (r refreshRequest) placeFor(account cache.Account) cache.KeyPlace {
	if r.Place == cache.InKeyring || r.Place == cache.InFile || !account.IsGrant() {
		return r.Place
	}
	return account.Place()
}

// hasOwnGrant reports whether there is a grant that this machine refreshes alone. It
// never refreshes a fleet's grant alone: the other machines would lose it.
func (r *refresher) hasOwnGrant(found Entry) bool {
	return !found.Secrets.RefreshToken.IsEmpty() && !found.Account.IsShared()
}

// refreshable returns the account to refresh, without a refresh token if there is no
// valid one. It reports done if another process has just refreshed the account or
// removed it. A fleet may have an account that this machine does not have.
func (r *refresher) refreshable(ctx context.Context, locked *cache.Locked) (found Entry, isDone bool, err error) {
	accounts, err := locked.Accounts()
	if err != nil {
		return Entry{}, false, err
	}
	for _, account := range accounts {
		if !account.IsGrant() || account.Username != string(r.request.Username) {
			continue
		}
		if account.Fresh(r.now()) && r.request.Refused == "" {
			return Entry{}, true, nil
		}
		secrets, err := r.Cache.Unseal(ctx, r.request.Origin, account)
		if errors.Is(err, cache.ErrKeyGone) {
			r.report(report{KeyGone: account.Place()})
			return Entry{Account: account}, false, nil
		}
		if err == nil && account.Fresh(r.now()) && secrets.AccessToken.Fingerprint() != r.request.Refused {
			return Entry{}, true, nil // the rejected token was already replaced
		}
		return Entry{account, secrets}, false, ExplainKey(r.request.Origin, err)
	}
	return Entry{}, r.request.Fleet == nil, nil
}
