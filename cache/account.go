package cache

import (
	"time"

	"git-credential-doorkey/internal/secret"
)

// Account is what may be known of a credential without unsealing it. It is
// either an OAuth grant (TokenEndpoint is set) or a password that a person
// typed for a host that doorkey does not sign in to.
type Account struct {
	// Username is the label of a grant ("" is the default account) or the user
	// name of a password.
	Username string

	Path string // of a password: only for this path (credential.useHttpPath)

	// A grant only.
	Provider           string   // the kind of server: "gitlab"
	ProviderGuessed    bool     // nothing has said so
	AnswerUsername     string   // the user name that git is given with the token: "oauth2"
	ClientID           string   // the application that the grant was given to
	TokenEndpoint      string   // the only URL that the refresh token may be sent to
	RevocationEndpoint string   // the only URL that tokens may be sent to in order to revoke them; "" if none is known
	Scopes             []string // as granted
	Identity           string   // the user's name at the server, if its scopes let doorkey ask; for people alone

	// Helpers that git was seen to tell the access token to.
	OtherHelpers        []string // wherever git runs, as it was at the sign-in or the last refresh
	OtherHelpersOfPlace []string // in some place, as in a repository, at the sign-in or a refresh since

	Obtained time.Time // when the access token or password was kept
	Expiry   time.Time // of the access token or password; zero: not known to end
	Ended    bool      // the server has refused the access token, whatever its expiry

	Fleet Membership // of a grant that many machines share

	key          keyReference // the key that sealed is sealed with
	renewable    bool         // there is a refresh token in sealed
	sealed       []byte
	unknown      map[string]any // what another version of doorkey has written beside
	keyUnknown   map[string]any // the same of the key
	fleetUnknown map[string]any // the same of the fleet
}

// Membership says which of a fleet's tokens an account has (package fleet). The zero
// value is that of a grant of this machine alone.
type Membership struct {
	Engine     string // where the fleet's record is, for people
	Grant      string // random, one for each sign-in
	Generation uint64 // one more with each refresh
	Owed       bool   // the tokens are newer than the fleet's record, and have to be published
	Replaces   string // the Grant that a sign-in replaces which is not published yet
	// Obtained and Expiry are those of the access token by the engine's clock; the
	// account's own are by the clock of this machine.
	Obtained, Expiry time.Time
}

// IsShared reports whether many machines share the grant.
func (a Account) IsShared() bool { return a.Fleet.Grant != "" }

// Secrets is what is sealed of an account.
type Secrets struct {
	AccessToken  secret.Text // empty after the server refused it
	RefreshToken secret.Text // of a password: what another helper gave git to keep
	Password     secret.Text
}

// Place is where the key is that the account is sealed with.
func (a Account) Place() KeyPlace { return a.key.Place }

// Renewable reports whether a refresh token was sealed with the account. Of one
// whose file does not say it, as of an older doorkey, it is assumed.
func (a Account) Renewable() bool { return a.renewable }

// IsGrant reports whether the account is an OAuth grant.
func (a Account) IsGrant() bool { return a.TokenEndpoint != "" }

// isOfPath reports whether an account is a password for one path alone.
func (a Account) isOfPath() bool { return !a.IsGrant() && a.Path != "" }

// Answers reports whether a grant is the one meant by the user name in git's
// request: its label; or for the default account no name at all, or the name
// that git was given with its token.
func (a Account) Answers(username string) bool {
	return a.IsGrant() && (a.Username == username || a.Username == "" && username == a.AnswerUsername)
}

// HasOtherHelpers reports whether git is known to tell the access token to other
// helpers, in whatever place.
func (a Account) HasOtherHelpers() bool {
	return len(a.OtherHelpers) > 0 || len(a.OtherHelpersOfPlace) > 0
}

// margin is how long before its end a token is no longer handed out, so that
// it does not end in the middle of a push: a minute, or a tenth of its life if
// that is less.
const margin = time.Minute

// clockSkew is by how much the clocks of machines with one home directory may
// differ. A time that lies further ahead is not believed.
const clockSkew = 5 * time.Minute

// Fresh reports whether the access token or password can be handed out at the
// given time.
func (a Account) Fresh(now time.Time) bool {
	switch {
	case a.Ended, a.Fleet.Owed:
		return false
	case a.Expiry.IsZero():
		return true
	case a.IsGrant() && a.Obtained.After(now.Add(clockSkew)):
		return false // the clock was ahead, and with it the end
	}
	return now.Before(a.Expiry.Add(-min(margin, a.Expiry.Sub(a.Obtained)/10)))
}

// Spent reports whether a grant is good for nothing any more at the given time:
// its access token is over or refused, and there is nothing to refresh it with. A
// fleet's is refreshed by another machine.
func (a Account) Spent(now time.Time) bool {
	return a.IsGrant() && !a.renewable && !a.IsShared() && !a.Fresh(now)
}

// Same reports whether two accounts of one origin take the same place.
func (a Account) Same(b Account) bool { return a.replaces(b) && a.Path == b.Path }

// replaces reports whether an account, when it is kept, takes the place of
// another one of its origin: as with git's own helpers, one without a path is
// for every path.
func (a Account) replaces(b Account) bool {
	return a.IsGrant() == b.IsGrant() && a.Username == b.Username && (a.Path == "" || a.Path == b.Path)
}
