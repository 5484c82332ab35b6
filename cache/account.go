package cache

import (
	"time"

	"git-credential-doorkey/internal/secret"
)

// Account is the part of a credential that is not encrypted. It is either an OAuth grant
// (TokenEndpoint is set) or a password that a user typed for a host that doorkey does
// not sign in to.
type Account struct {
	// Username is the label of a grant ("" is the default account) or the user
	// name of a password.
	Username string

	Path string // of a password: only for this path (credential.useHttpPath)

	// Only of a grant.
	Provider           string   // the kind of server: "gitlab"
	ProviderGuessed    bool     // the kind is only a guess
	AnswerUsername     string   // the user name that git gets with the token: "oauth2"
	ClientID           string   // the application that the grant belongs to
	TokenEndpoint      string   // the only URL that the refresh token may be sent to
	RevocationEndpoint string   // the only URL where tokens may be sent to revoke them; "" if unknown
	Scopes             []string // as granted
	Identity           string   // the user's name on the server, if the scopes allow doorkey to ask; only for display

	// Helpers that git passes the access token to.
	OtherHelpers        []string // configured everywhere, at the sign-in or the last refresh
	OtherHelpersOfPlace []string // configured in one place, such as a repository, at the sign-in or a later refresh

	Obtained time.Time // when the access token or password was stored
	Expiry   time.Time // of the access token or password; zero: unknown
	Ended    bool      // the server rejected the access token, whatever its expiry

	Fleet Membership // of a grant that many machines share

	key          keyReference // the key that encrypts sealed
	renewable    bool         // sealed contains a refresh token
	sealed       []byte
	unknown      map[string]any // members that another version of doorkey has written
	keyUnknown   map[string]any // likewise of the key
	fleetUnknown map[string]any // likewise of the fleet
}

// Membership says which of a fleet's tokens an account has (package fleet). The zero
// value means that the grant belongs to this machine alone.
type Membership struct {
	Engine     string // where the fleet's record is, for people
	Grant      string // random, different for each sign-in
	Generation uint64 // increases with each refresh
	Owed       bool   // the tokens are newer than the fleet's record, and have to be published
	Replaces   string // the Grant that a sign-in replaces, while the new one is not published
	// Obtained and Expiry are those of the access token by the engine's clock; the
	// account's own are by this machine's clock.
	Obtained, Expiry time.Time
}

// IsShared reports whether many machines share the grant.
func (a Account) IsShared() bool { return a.Fleet.Grant != "" }

// Secrets is the encrypted part of an account.
type Secrets struct {
	AccessToken  secret.Text // empty after the server rejected it
	RefreshToken secret.Text // of a password: what another helper gave git to store
	Password     secret.Text
}

// Place returns where the key is that encrypts the account.
func (a Account) Place() KeyPlace { return a.key.Place }

// Renewable reports whether the encrypted part contains a refresh token. It assumes so
// if the file does not say, as a file of an older doorkey.
func (a Account) Renewable() bool { return a.renewable }

// IsGrant reports whether the account is an OAuth grant.
func (a Account) IsGrant() bool { return a.TokenEndpoint != "" }

// isOfPath reports whether an account is a password for only one path.
func (a Account) isOfPath() bool { return !a.IsGrant() && a.Path != "" }

// Answers reports whether a grant is the one that the user name in git's request
// selects: by its label; or, for the default account, by no name at all or by the name
// that git got with its token.
func (a Account) Answers(username string) bool {
	return a.IsGrant() && (a.Username == username || a.Username == "" && username == a.AnswerUsername)
}

// HasOtherHelpers reports whether git is known to pass the access token to other
// helpers, anywhere.
func (a Account) HasOtherHelpers() bool {
	return len(a.OtherHelpers) > 0 || len(a.OtherHelpersOfPlace) > 0
}

// margin is how long before its expiry a token is no longer returned, so that it does
// not expire in the middle of a push: a minute, or a tenth of its lifetime if that is
// less.
const margin = time.Minute

// clockSkew is by how much the clocks of machines with one home directory may differ. A
// time further in the future is ignored.
const clockSkew = 5 * time.Minute

// Fresh reports whether the access token or password may be returned at the given time.
func (a Account) Fresh(now time.Time) bool {
	switch {
	case a.Ended, a.Fleet.Owed:
		return false
	case a.Expiry.IsZero():
		return true
	case a.IsGrant() && a.Obtained.After(now.Add(clockSkew)):
		return false // the clock was ahead, so the expiry is, too
	}
	return now.Before(a.Expiry.Add(-min(margin, a.Expiry.Sub(a.Obtained)/10)))
}

// Spent reports whether a grant can no longer be used at the given time: its access
// token has expired or was rejected, and there is no refresh token. A fleet's grant is
// refreshed by another machine.
func (a Account) Spent(now time.Time) bool {
	return a.IsGrant() && !a.renewable && !a.IsShared() && !a.Fresh(now)
}

// Same reports whether two accounts of one origin have the same position.
func (a Account) Same(b Account) bool { return a.replaces(b) && a.Path == b.Path }

// replaces reports whether storing an account replaces another one of its origin: as
// with git's own helpers, one without a path is for every path.
func (a Account) replaces(b Account) bool {
	return a.IsGrant() == b.IsGrant() && a.Username == b.Username && (a.Path == "" || a.Path == b.Path)
}
