package helper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// FleetHost returns this machine as a member of the fleet that shares the sign-in for a
// question, without its copy on disk.
func (h *Helper) FleetHost(ctx context.Context, q Question, configured settings.Settings) (*fleet.Host, error) {
	access, err := h.Config.FleetAccess(ctx, q.Origin, configured.Fleet)
	if err != nil {
		return nil, err
	}
	return h.FleetHostBy(access, q, configured)
}

// FleetHostBy is FleetHost for a caller that knows how the engine is reached.
func (h *Helper) FleetHostBy(access settings.FleetAccess, q Question, configured settings.Settings) (*fleet.Host, error) {
	return h.fleetHost(access, q.Origin, fleetLabel(q, configured.OAuth))
}

// fleetLabel returns the label under which the machines of a fleet store the account of
// a question.
func fleetLabel(q Question, configured oauthflow.Settings) string {
	// If sign-in is impossible here, there is no user name that doorkey returns.
	provider, _ := oauthflow.Resolve(q.Origin, nil, configured)
	return accountFor(q, provider).Username
}

// fleetRequest is the part of the refresh request about the fleet.
type fleetRequest struct {
	settings.FleetAccess
	Label         []byte
	Keys          pipedSecret
	Token         pipedSecret
	Password      pipedSecret
	ProxyPassword pipedSecret
}

// newFleetRequest returns nil if the sign-in is not shared.
func (h *Helper) newFleetRequest(ctx context.Context, q Question, configured settings.Settings) (*fleetRequest, error) {
	if !configured.Fleet.IsSet() {
		return nil, nil
	}
	access, err := h.Config.FleetAccess(ctx, q.Origin, configured.Fleet)
	if err != nil {
		return nil, err
	}
	return &fleetRequest{
		FleetAccess: access, Label: []byte(fleetLabel(q, configured.OAuth)), Keys: pipedSecret{access.Keys}, Token: pipedSecret{access.Token},
		Password: pipedSecret{access.Password}, ProxyPassword: pipedSecret{access.HTTP.ProxyPassword},
	}, nil
}

// access is the inverse of newFleetRequest.
func (f fleetRequest) access() settings.FleetAccess {
	access := f.FleetAccess
	access.Keys, access.Token, access.Password, access.HTTP.ProxyPassword = f.Keys.Text, f.Token.Text, f.Password.Text, f.ProxyPassword.Text
	return access
}

func (h *Helper) fleetHost(access settings.FleetAccess, origin, label string) (*fleet.Host, error) {
	keys, err := fleet.ParseKeys(access.Keys)
	if err != nil {
		return nil, fmt.Errorf("cannot read the fleet's keys in %s: %v", access.KeySource, err)
	}
	client, err := oauthflow.NewHTTPClient(access.HTTP)
	if err != nil {
		return nil, err
	}
	name := fleet.Name{Origin: origin, Label: label}
	hostname, err := os.Hostname()
	if err != nil {
		hostname = "an unnamed machine"
	}
	register := access.Address.Open(fleet.Access{
		Client: trace.HTTP(h.Log(), oauthflow.Client{HTTP: client}).HTTP,
		Token:  access.ReadToken,
		Login:  func(context.Context) (string, secret.Text, error) { return access.User, access.Password, nil },
	}, name.InEngine())
	return &fleet.Host{
		Register: register, Engine: access.Address.String(), Keys: keys, Name: name, Hostname: hostname, Times: fleet.StandardTimes(),
	}, nil
}

// fleetCopy returns an account's copy of its fleet's record.
func fleetCopy(e Entry) fleet.Copy {
	a := e.Account
	return fleet.Copy{
		Grant: a.Fleet.Grant, Generation: a.Fleet.Generation, Owed: a.Fleet.Owed, Replaces: a.Fleet.Replaces, Account: fleetAccount(a),
		Tokens: fleet.Tokens{AccessToken: e.Secrets.AccessToken, RefreshToken: e.Secrets.RefreshToken, Obtained: a.Fleet.Obtained, Expiry: a.Fleet.Expiry},
	}
}

func fleetAccount(a cache.Account) fleet.Account {
	return fleet.Account{
		Provider: a.Provider, ProviderGuessed: a.ProviderGuessed, AnswerUsername: a.AnswerUsername, ClientID: a.ClientID,
		TokenEndpoint: a.TokenEndpoint, RevocationEndpoint: a.RevocationEndpoint, Scopes: a.Scopes,
	}
}

// entryOfFleet returns a copy as an account of this machine. It converts times to this
// machine's clock, and the token expires earlier than the server says by the possible
// error of the two clocks.
func entryOfFleet(host *fleet.Host, c fleet.Copy, offset time.Duration, before cache.Account) Entry {
	account := cache.Account{
		Username: host.Name.Label, Provider: c.Account.Provider, ProviderGuessed: c.Account.ProviderGuessed, AnswerUsername: c.Account.AnswerUsername,
		ClientID: c.Account.ClientID, TokenEndpoint: c.Account.TokenEndpoint, RevocationEndpoint: c.Account.RevocationEndpoint, Scopes: c.Account.Scopes,
		OtherHelpers: before.OtherHelpers, OtherHelpersOfPlace: before.OtherHelpersOfPlace,
		Obtained: c.Tokens.Obtained.Add(-offset),
		Fleet: cache.Membership{
			Engine: host.Engine, Grant: c.Grant, Generation: c.Generation, Owed: c.Owed, Replaces: c.Replaces, Obtained: c.Tokens.Obtained, Expiry: c.Tokens.Expiry,
		},
	}
	if !c.Tokens.Expiry.IsZero() {
		account.Expiry = c.Tokens.Expiry.Add(-offset - host.Times.GuardOf(c.Tokens))
	}
	return Entry{account, cache.Secrets{AccessToken: c.Tokens.AccessToken, RefreshToken: c.Tokens.RefreshToken}}
}

// refreshByFleet returns a token that all machines of the fleet use: the one in the
// record, or a new one that this machine obtains for all. The caller holds the lock.
func (r *refresher) refreshByFleet(ctx context.Context, locked *cache.Locked, found Entry) (report, error) {
	host, err := r.fleetHost(r.request.Fleet.access(), r.request.Origin, string(r.request.Fleet.Label))
	if err != nil {
		return report{}, err
	}
	place := r.request.placeFor(found.Account)
	if found.Account.IsShared() {
		host.Local = fleetCopy(found)
		host.LocalLasts = r.request.Refused == "" && !found.Account.Ended && r.now().Before(found.Account.Expiry)
	}
	host.Limit = r.request.Timeout
	host.Waiting = func(hostname string) { r.report(report{WaitingFor: hostname}) }
	host.Reserve = func(ctx context.Context) error {
		if err := locked.Reserve(ctx, place); err != nil {
			return explainNotStored(r.request.Origin, ExplainKey(r.request.Origin, err))
		}
		return nil
	}
	host.Save = func(ctx context.Context, c fleet.Copy, offset time.Duration) error {
		saved := entryOfFleet(host, c, offset, found.Account)
		_, err := locked.Put(ctx, place, r.request.Others.rememberedWith(saved.Account), saved.Secrets)
		return ExplainKey(r.request.Origin, err)
	}
	host.Exchange = r.exchangeForFleet
	begun := time.Now()
	result, err := host.Refresh(ctx, r.request.Refused)
	r.Log().Info("fleet", "engine", host.Engine, "grant", result.Copy.Grant, "generation", result.Copy.Generation, "owed", result.Copy.Owed, trace.Outcome(err), trace.Took(begun))
	if err != nil {
		return report{LeavesToOthers: leavesToOthers(err)}, explainFleet(r.request.Origin, host.Name.Label, err)
	}
	current := entryOfFleet(host, result.Copy, result.Offset, found.Account)
	r.revokeSuperseded(ctx, host, result, current)
	token := reportToken(current)
	if result.NotSaved != nil {
		token.Problem = result.NotSaved.Error()
	}
	return report{Token: &token}, nil
}

// revokeSuperseded revokes a grant of this machine that was never published, and never
// will be, because another sign-in was faster. A failure to revoke it delays nobody.
func (r *refresher) revokeSuperseded(ctx context.Context, host *fleet.Host, result fleet.Result, current Entry) {
	superseded := result.Superseded
	if superseded.IsEmpty() {
		return
	}
	superseded.Owed = false // no longer to be published
	old := entryOfFleet(host, superseded, result.Offset, current.Account)
	if mayRevoke(old, current) {
		_ = r.RevokeGrant(ctx, r.request.Origin, old, oauthflow.Settings{ClientID: r.request.ClientID, ClientSecret: r.request.ClientSecret.Text})
	}
}

// exchangeForFleet uses the refresh token of the record, as a single machine does with
// its own.
func (r *refresher) exchangeForFleet(ctx context.Context, record fleet.Record) (fleet.Pair, error) {
	account := cache.Account{
		Provider: record.Account.Provider, ClientID: record.Account.ClientID, TokenEndpoint: record.Account.TokenEndpoint, Scopes: record.Account.Scopes,
	}
	if settings.OriginOf(account.TokenEndpoint) != settings.OriginOf(r.request.Endpoint) {
		network, err := r.networkFor(ctx, r.request.Origin, account.TokenEndpoint)
		if err != nil {
			return fleet.Pair{}, err
		}
		r.request.setHTTP(account.TokenEndpoint, network)
	}
	grant, err := r.exchangeRefreshToken(ctx, account, record.Tokens.RefreshToken)
	switch {
	case oauthflow.Is(err, "invalid_grant"):
		return fleet.Pair{}, fmt.Errorf("%w: %v", fleet.ErrInvalidGrant, err)
	case err != nil:
		return fleet.Pair{}, r.request.explain(err)
	}
	return pairOf(granted(account, grant, r.now())), nil
}

// pairOf returns the token pair that the server returned for an account.
func pairOf(e Entry) fleet.Pair {
	pair := fleet.Pair{AccessToken: e.Secrets.AccessToken, RefreshToken: e.Secrets.RefreshToken, Scopes: e.Account.Scopes}
	if !e.Account.Expiry.IsZero() {
		pair.Lifetime = e.Account.Expiry.Sub(e.Account.Obtained).Round(time.Second)
	}
	return pair
}

// leavesToOthers reports whether the fleet has no sign-in for a lasting reason, so that
// git may ask its next helper.
func leavesToOthers(err error) bool {
	return errors.Is(err, fleet.ErrNoSignIn) || errors.Is(err, fleet.ErrEnded) || errors.Is(err, fleet.ErrLost)
}

// explainFleet adds hints to an error of the fleet. They do not ask for a sign-in at
// once: a thousand machines would ask at the same time.
func explainFleet(origin, label string, err error) error {
	switch {
	case leavesToOthers(err):
		return fmt.Errorf("%w\non a machine with the same settings where you can sign in, run: git credential-doorkey login %s", err, loginArguments(origin, label))
	case errors.Is(err, fleet.ErrOutOfReach):
		return fmt.Errorf("the token for %s has expired and could not be refreshed: %v\nrun the command again when the engine works; to check it, run: git credential-doorkey doctor %[1]s", origin, err)
	}
	return err
}
