// Package fleet lets many machines share one OAuth grant. The grant is a record,
// encrypted, in an engine that every machine reaches: a Kubernetes Secret, Vault or
// OpenBao, or etcd. A server such as GitLab accepts a refresh token once, so the
// machines agree through the record on the one that refreshes.
//
// The package knows neither git nor the files of a machine: a Host brings what is on
// its disk and what exchanges a refresh token.
package fleet

import (
	"context"
	"errors"
	"time"

	"git-credential-doorkey/internal/secret"
)

// Register is one record in an engine that every machine reaches.
type Register interface {
	// Read returns the record, its version, and the engine's clock (the Date header
	// of its answer, in whole seconds). If there is no record yet, value is nil; the
	// version is then the one with which Swap creates it. A version changes with its
	// record, and not with others in the same place. ErrRefused: the engine denies
	// access, or the place of the record does not exist.
	Read(ctx context.Context) (value []byte, version string, now time.Time, err error)

	// Swap replaces the record that has the version. The value must differ from all
	// earlier ones, as what Keys.Seal returns does. ErrConflict: it has another
	// version by now. ErrRefused: the engine denies access. After any other error
	// nobody knows: read, and compare.
	Swap(ctx context.Context, value []byte, version string) (newVersion string, err error)
}

// Errors of a Register.
var (
	ErrConflict = errors.New("another machine changed the record")
	ErrRefused  = errors.New("the engine denies access")
)

// Errors of the protocol. Each is wrapped with what to do.
var (
	// ErrNoSignIn: nobody has signed in for the fleet yet.
	ErrNoSignIn = errors.New("the fleet is not signed in")
	// ErrEnded: somebody has logged the fleet out.
	ErrEnded = errors.New("the fleet is signed out")
	// ErrLost: the refresh token was used, and the machine that has the new one has
	// not published it.
	ErrLost = errors.New("the fleet's sign-in is no longer valid")
	// ErrOutOfReach: the engine cannot be reached, or does not work.
	ErrOutOfReach = errors.New("cannot reach the engine")
	// ErrInvalidGrant is what Host.Exchange wraps where the server says invalid_grant
	// (RFC 6749, section 5.2).
	ErrInvalidGrant = errors.New("invalid_grant")
)

// Record is what the machines share, decrypted.
type Record struct {
	Grant      string // random, one for each sign-in
	Generation uint64 // one more with each refresh
	Account    Account
	Tokens     Tokens
	Claim      *Claim // the machine that is refreshing
	Suspect    *Event // the server has refused the refresh token
	Failure    *Event // why the last refresh failed, for those who waited for it
	Ended      *Event // the grant has been revoked
}

// Account is what a machine needs to know to use the grant.
type Account struct {
	Provider           string   `json:"provider"` // the kind of server: "gitlab"
	ProviderGuessed    bool     `json:"provider_guessed,omitempty"`
	AnswerUsername     string   `json:"answer_username"` // the user name that git is given: "oauth2"
	ClientID           string   `json:"client_id"`
	TokenEndpoint      string   `json:"token_endpoint"`
	RevocationEndpoint string   `json:"revocation_endpoint,omitempty"`
	Scopes             []string `json:"scopes,omitempty"`
}

// Tokens is a pair that the server has given, with times by the engine's clock.
type Tokens struct {
	AccessToken  secret.Text
	RefreshToken secret.Text
	Obtained     time.Time
	Expiry       time.Time // zero: not known to expire
}

// Claim says that a machine is refreshing. It is changed every few seconds while the
// machine is alive: the others go by that, and never by a date.
type Claim struct {
	ID   string    `json:"id"` // random, one for each refresh
	Host string    `json:"host"`
	At   time.Time `json:"at"`
	Beat int       `json:"beat"` // counts the changes
	Sent bool      `json:"sent"` // the refresh token may have been used
}

// Event is something that happened to the grant, by the engine's clock.
type Event struct {
	Text string    `json:"text"` // what, for people
	Host string    `json:"host"` // the machine that has seen it
	At   time.Time `json:"at"`
}

// Copy is what one machine has on its disk of the record.
type Copy struct {
	Grant      string
	Generation uint64
	// Owed: the tokens are newer than those of the record, and have to be published.
	Owed bool
	// Replaces is the grant in the record that a sign-in on this machine replaces;
	// the sign-in has not been published yet.
	Replaces string
	Account  Account
	// Tokens have a refresh token on the machine that obtained them, and nowhere else.
	Tokens Tokens
}

// IsEmpty reports whether the machine has nothing of the fleet's.
func (c Copy) IsEmpty() bool { return c.Grant == "" }

// copyOf is the record as a machine stores it that has not obtained its tokens.
func copyOf(r Record) Copy {
	c := Copy{Grant: r.Grant, Generation: r.Generation, Account: r.Account, Tokens: r.Tokens}
	c.Tokens.RefreshToken = secret.Text{}
	return c
}

// Times are the time limits of the protocol. They are the same on all machines.
type Times struct {
	Margin    time.Duration // before its expiry a token is no longer given out
	Guard     time.Duration // more than two machines can differ about the engine's clock, of which Date has whole seconds
	Lease     time.Duration // a claim that has not changed for so long is taken over
	SentLease time.Duration // the same, once the refresh token may have been used: longer than a request can take
	Beat      time.Duration // how often a machine that refreshes changes its claim
	PollFirst time.Duration // the first pause of a machine that waits
	PollLast  time.Duration // the longest pause
	Patience  time.Duration // how long a machine that may only read waits for another one to refresh
	Suspect   time.Duration // how long the machine with the new tokens may take to publish them
	Retry     time.Duration // how long an engine is tried that cannot be reached
	Young     time.Duration // a token that was refused is refreshed only if it is older
}

// StandardTimes are those of a fleet that works.
func StandardTimes() Times {
	return Times{
		Margin: time.Minute, Guard: 10 * time.Second, Lease: 15 * time.Second, SentLease: 90 * time.Second, Beat: 3 * time.Second,
		PollFirst: 100 * time.Millisecond, PollLast: time.Second, Patience: time.Minute, Suspect: 30 * time.Second, Retry: 5 * time.Second,
		Young: time.Minute,
	}
}

// lasts reports whether the tokens of the record can be given out at a time by the
// engine's clock. Until then nobody refreshes.
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

// GuardOf is by how much earlier a machine stops to give out the tokens that it has on
// its disk, and asks the engine: a machine with another clock may be refreshing them.
// Of tokens with a short life it is a part, so that some of it is left.
func (t Times) GuardOf(tokens Tokens) time.Duration {
	return min(t.Guard, tokens.Expiry.Sub(tokens.Obtained)/4)
}
