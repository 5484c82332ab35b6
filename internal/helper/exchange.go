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
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// refreshChild is the process that refreshes, and reports to the one that started
// it.
type refreshChild struct {
	*Helper
	request refreshRequest
	out     io.Writer // reports go there
}

// RunRefreshChild is the whole life of the child that RefreshVerb starts: lock, read
// again, refresh, store, report. It is told what to do on in, and reports on out.
func (h *Helper) RunRefreshChild(ctx context.Context, in io.Reader, out io.Writer) error {
	// SIGPIPE: who asked may be gone, and to tell them must not end the refresh.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	c := &refreshChild{Helper: h, out: out}
	if err := json.NewDecoder(in).Decode(&c.request); err != nil {
		return ui.UsageError{Problem: "\"exchange\" is doorkey's own: it is told what to do by doorkey"}
	}
	// Nobody reads this process's stderr: what there is to say, whoever asked says.
	c.Cache.KeyringSlow = func() { c.report(report{KeyringSlow: true}) }
	c.Cache.KeyMade = func(place cache.KeyPlace) { c.report(report{KeyInFile: place == cache.InFile}) }
	gone, err := c.run(ctx)
	last := report{Done: true, Gone: gone}
	if err != nil {
		last.Error = err.Error()
	}
	c.report(last)
	return nil
}

// report writes a line to whoever asked, who may be gone: nobody is to be told
// then. What is waited for may be said while all else goes on.
func (c *refreshChild) report(line report) { _ = json.NewEncoder(c.out).Encode(line) }

// run does one refresh, unless another process has just done it. It reports
// whether the grant is gone, so that there is nothing to refresh with.
func (c *refreshChild) run(ctx context.Context) (gone bool, err error) {
	limited, cancel := context.WithTimeout(ctx, c.request.Timeout)
	defer cancel()
	begun := time.Now()
	locked, err := c.Cache.Lock(limited, c.request.Origin, func() { c.report(report{Waiting: true}) })
	c.Log().Info("lock", "origin", c.request.Origin, trace.Outcome(err), trace.Took(begun))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return false, fmt.Errorf("refresh for %s: waited %v for another git command that is busy with it\nrun the command again", c.request.Origin, c.request.Timeout)
	case err != nil:
		return false, notKept(c.request.Origin, err)
	}
	defer locked.Unlock()

	found, err := c.refreshable(limited, locked)
	c.Log().Info("refresh", "needed", found.Account.IsGrant(), "refresh_token", found.Secrets.RefreshToken, trace.Outcome(err))
	if err != nil || !found.Account.IsGrant() {
		return false, err // somebody has done the work
	}
	if found.Secrets.RefreshToken.IsEmpty() {
		return true, nil
	}
	if last := c.Cache.LastFailure(c.request.Origin); last.IsSince(c.request.LastFailure) {
		return false, errors.New(last.Text) // of whom this command has waited for
	}
	place := c.request.placeFor(found.Account)
	if err := locked.Reserve(limited, place); err != nil {
		return false, notKept(c.request.Origin, ExplainKey(err))
	}
	// From here on a wait that was long already must not cut anything short:
	// the HTTP client has limits of its own.
	return c.refreshAndStore(ctx, locked, found, place)
}

// notKept is why nothing was spent.
func notKept(origin string, err error) error {
	return fmt.Errorf("%v\nthe token for %s was not refreshed, since the result could not be kept; the sign-in is still good", err, origin)
}

// refreshAndStore spends the refresh token and keeps what it gets for it.
func (c *refreshChild) refreshAndStore(ctx context.Context, locked *cache.Locked, found Entry, place cache.KeyPlace) (gone bool, err error) {
	grant, err := c.exchangeRefreshToken(ctx, found.Account, found.Secrets.RefreshToken)
	switch {
	case oauthflow.Is(err, "invalid_grant"):
		// What is left is the label, for the next sign-in.
		_, err = locked.Put(ctx, place, found.withoutAccessToken().Account, cache.Secrets{})
		return true, err
	case oauthflow.IsUnknownClient(err) && c.request.ClientID != "" && c.request.ClientID != found.Account.ClientID:
		// Another application has taken the place of the one that has this grant.
		// What is kept stays until the sign-in: it may be the setting that is wrong.
		c.Log().Info("application replaced", "client_id", found.Account.ClientID, "configured", c.request.ClientID)
		return true, nil
	case err != nil:
		explained := c.request.explain(err)
		if isNoResponse(err) {
			// What counts is the failure, not that it could not be noted.
			_ = locked.NoteFailure(cache.Failure{At: c.now(), Text: explained.Error()})
		}
		return false, explained
	}
	locked.ClearFailure()
	if grant.RefreshToken.IsEmpty() {
		grant.RefreshToken = found.Secrets.RefreshToken
	}
	renewed := granted(found.Account, grant, c.now())
	_, err = locked.Put(ctx, place, c.request.Others.rememberedWith(renewed.Account), renewed.Secrets)
	return false, err
}

// explain says what became of a refresh that failed, and what to do: where the
// server would say the same each time, a sign-in is the way out.
func (r refreshRequest) explain(err error) error {
	advice := "run the command again"
	if oauthflow.IsLasting(err) {
		advice = "if this comes again, run: git credential-doorkey login "
		if len(r.Username) > 0 {
			advice += "--username " + terminal.ShellWord(string(r.Username)) + " "
		}
		advice += r.Origin
	}
	return fmt.Errorf("refresh for %s: %v\nthe sign-in is kept; %s", r.Origin, err, advice)
}

// placeFor is where the key for the renewed account is to be. A place that was
// configured since takes over here; "auto" leaves the account where it is.
func (r refreshRequest) placeFor(account cache.Account) cache.KeyPlace {
	if r.Place == cache.InKeyring || r.Place == cache.InFile {
		return r.Place
	}
	return account.Place()
}

// refreshable returns the account to refresh; the zero entry if it is not this
// process that has to, and no refresh token if there is none that is good.
func (c *refreshChild) refreshable(ctx context.Context, locked *cache.Locked) (Entry, error) {
	accounts, err := locked.Accounts()
	if err != nil {
		return Entry{}, err
	}
	for _, account := range accounts {
		if !account.IsGrant() || account.Username != string(c.request.Username) {
			continue
		}
		if account.Fresh(c.now()) && c.request.Refused == "" {
			break // somebody has done the work
		}
		secrets, err := c.Cache.Unseal(ctx, c.request.Origin, account)
		if errors.Is(err, cache.ErrKeyGone) {
			c.report(report{KeyGone: account.Place()})
			return Entry{Account: account}, nil
		}
		if err == nil && account.Fresh(c.now()) && secrets.AccessToken.Fingerprint() != c.request.Refused {
			break // the one that was refused has been replaced
		}
		return Entry{account, secrets}, ExplainKey(err)
	}
	return Entry{}, nil
}
