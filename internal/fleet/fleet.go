// Package fleet lets many machines share one OAuth grant. The grant is an encrypted
// record in an engine that every machine can reach: a Kubernetes Secret, Vault or
// OpenBao, or etcd. A server such as GitLab accepts a refresh token once, so the
// machines agree through the record which one refreshes.
//
// The package does not depend on git or on the files of a machine: a Host provides what
// is on its disk and exchanges a refresh token.
package fleet

import (
	"context"
	"errors"
	"time"

	"git-credential-doorkey/internal/secret"
)

// Register is one record in an engine that every machine reaches.
type Register interface {
	// Read returns the record, its version, and the engine's clock (the Date header of
	// its answer, in whole seconds). If there is no record yet, value is nil, and Swap
	// creates it with the returned version. A version changes only with its own record,
	// not with others in the same place. ErrRefused means that the engine denies access,
	// or that the place of the record does not exist.
	Read(ctx context.Context) (value []byte, version string, now time.Time, err error)

	// Swap replaces the record that has the version. The value must differ from all
	// earlier ones, like the results of Keys.Seal. ErrConflict means that the version
	// has changed. ErrRefused means that the engine denies access. After any other error
	// the result is unknown: read, and compare.
	Swap(ctx context.Context, value []byte, version string) (newVersion string, err error)
}

// Errors of a Register.
var (
	ErrConflict = errors.New("another machine changed the record")
	ErrRefused  = errors.New("the engine denies access")
)

// Errors of the protocol. Each is wrapped with a hint.
var (
	// ErrNoSignIn means that nobody has signed in for the fleet yet.
	ErrNoSignIn = errors.New("the fleet is not signed in")
	// ErrEnded means that someone logged the fleet out.
	ErrEnded = errors.New("the fleet is signed out")
	// ErrLost means that the refresh token was used, but the machine that has the new
	// one has not published it.
	ErrLost = errors.New("the fleet's sign-in is no longer valid")
	// ErrOutOfReach means that the engine cannot be reached or does not work.
	ErrOutOfReach = errors.New("cannot reach the engine")
	// Host.Exchange wraps ErrInvalidGrant if the server answers invalid_grant (RFC 6749,
	// section 5.2).
	ErrInvalidGrant = errors.New("invalid_grant")
)

// Record is what the machines share, decrypted.
type Record struct {
	Grant      string // random, different for each sign-in
	Generation uint64 // increases with each refresh
	Account    Account
	Tokens     Tokens
	Claim      *Claim // the machine that is refreshing
	Suspect    *Event // the server rejected the refresh token
	Failure    *Event // why the last refresh failed, for machines that waited for it
	Ended      *Event // the grant has been revoked
}

// Account is what a machine needs to know to use the grant.
type Account struct {
	Provider           string   `json:"provider"` // the kind of server: "gitlab"
	ProviderGuessed    bool     `json:"provider_guessed,omitempty"`
	AnswerUsername     string   `json:"answer_username"` // the user name that git gets: "oauth2"
	ClientID           string   `json:"client_id"`
	TokenEndpoint      string   `json:"token_endpoint"`
	RevocationEndpoint string   `json:"revocation_endpoint,omitempty"`
	Scopes             []string `json:"scopes,omitempty"`
}

// Tokens is a pair that the server issued, with times by the engine's clock.
type Tokens struct {
	AccessToken  secret.Text
	RefreshToken secret.Text
	Obtained     time.Time
	Expiry       time.Time // zero: unknown
}

// Claim says that a machine is refreshing. It changes every few seconds while the
// machine is alive: the others depend on that, never on a date.
type Claim struct {
	ID   string    `json:"id"` // random, different for each refresh
	Host string    `json:"host"`
	At   time.Time `json:"at"`
	Beat int       `json:"beat"` // counts the changes
	Sent bool      `json:"sent"` // the refresh token may have been used
}

// Event is something that happened to the grant, by the engine's clock.
type Event struct {
	Text string    `json:"text"` // what happened, for people
	Host string    `json:"host"` // the machine that noticed it
	At   time.Time `json:"at"`
}

// Copy is a machine's copy of the record on its disk.
type Copy struct {
	Grant      string
	Generation uint64
	// Owed means that the tokens are newer than those of the record and have to be
	// published.
	Owed bool
	// Replaces is the grant in the record that a sign-in on this machine replaces;
	// the sign-in has not been published yet.
	Replaces string
	Account  Account
	// Tokens contain a refresh token only on the machine that obtained them.
	Tokens Tokens
}

// IsEmpty reports whether the machine has no copy.
func (c Copy) IsEmpty() bool { return c.Grant == "" }

// copyOf returns the copy that a machine stores if it did not obtain the tokens.
func copyOf(r Record) Copy {
	c := Copy{Grant: r.Grant, Generation: r.Generation, Account: r.Account, Tokens: r.Tokens}
	c.Tokens.RefreshToken = secret.Text{}
	return c
}

// Times are the time limits of the protocol. They are the same on all machines.
type Times struct {
	Margin    time.Duration // how long before its expiry a token is no longer returned
	Guard     time.Duration // more than two machines can differ about the engine's clock, whose Date has whole seconds
	Lease     time.Duration // a claim that has not changed for this long is taken over
	SentLease time.Duration // likewise, after the refresh token may have been used: longer than a request can take
	Beat      time.Duration // how often a machine that refreshes changes its claim
	PollFirst time.Duration // the first pause of a machine that waits
	PollLast  time.Duration // the longest pause
	Patience  time.Duration // how long a machine that can only read waits for another one to refresh
	Suspect   time.Duration // how long the machine with the new tokens may take to publish them
	Retry     time.Duration // how long to retry an engine that cannot be reached
	Young     time.Duration // a rejected token is refreshed only if it is older
}

// StandardTimes returns the time limits for production.
func StandardTimes() Times {
	return Times{
		Margin: time.Minute, Guard: 10 * time.Second, Lease: 15 * time.Second, SentLease: 90 * time.Second, Beat: 3 * time.Second,
		PollFirst: 100 * time.Millisecond, PollLast: time.Second, Patience: time.Minute, Suspect: 30 * time.Second, Retry: 5 * time.Second,
		Young: time.Minute,
	}
}

// lasts reports whether the record's tokens may be returned at a time by the engine's
// clock. Until they expire, no machine refreshes.
func (t Times) lasts(tokens Tokens, now time.Time) bool {
	if tokens.AccessToken.IsEmpty() {
		return false
	}
	if tokens.Expiry.IsZero() {
		return true
	}
	life := tokens.Expiry.Sub(tokens.Obtained)
	return now.Before(tokens.Expiry.Add(-min(t.Margin, life/10)))
}

// GuardOf returns how much earlier a machine stops using the tokens on its disk and asks
// the engine: a machine with another clock may be refreshing them. For short-lived
// tokens it is only a fraction, so that some lifetime remains.
func (t Times) GuardOf(tokens Tokens) time.Duration {
	return min(t.Guard, tokens.Expiry.Sub(tokens.Obtained)/4)
}
