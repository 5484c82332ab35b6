package ui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"git-credential-doorkey/cache"
)

// What doorkey says of accounts. The rules are those of UI.

// SignedIn is the end of a sign-in that the person asked for by name.
func (u *UI) SignedIn(origin string, account cache.Account, now time.Time) {
	message := "signed in to " + named(origin, account.Username)
	if account.Identity != "" {
		message += " as " + account.Identity
	}
	if len(account.Scopes) > 0 {
		message += ", scopes " + strings.Join(account.Scopes, " ")
	}
	u.tell(u.Stderr, event{
		Event: "signed_in", Host: origin, Username: account.Username, Scopes: account.Scopes, Expires: account.Expiry, Renews: account.Renewable(),
		Identity: account.Identity,
	}, message+"; "+Expiry(account, now))
}

// OldGrantNotRevoked is said when the grant that a new one has replaced could not be
// ended at the server.
func (u *UI) OldGrantNotRevoked(origin, page string, err error) {
	u.tell(u.Stderr, event{Event: "not_ended", Host: origin, Address: page}, notEnded("the grant before this one was not ended at the server", page, err))
}

// GrantNotStored is said where the token that git is given is not stored, so that
// the next command has to do without it.
func (u *UI) GrantNotStored(origin string, problem error) {
	u.tell(u.Stderr, event{Event: "not_stored", Host: origin}, fmt.Sprintf("the new token for %s could not be stored: %v\n"+
		"this command can use it; a later one may ask for a new sign-in", origin, problem))
}

// GrantEndedAgain is said at a server that keeps one grant for each person and
// application, when a grant there turns out dead for the second time. The page is the one
// on which applications are registered there.
func (u *UI) GrantEndedAgain(origin, page string) {
	where := ""
	if page != "" {
		where = ", on\n" + page
	}
	u.tell(u.Stderr, event{Event: "ended_again", Host: origin, Address: page}, fmt.Sprintf("the sign-in to %s ended early again: if another machine signs in with the same application, each ends the other's sign-in\n"+
		"register an application of its own for each machine%s\n"+
		"then, on that machine, run: git credential-doorkey setup %s --client-id <Client ID>", origin, where, origin))
}

// StoredUntried is said where an application ID is stored that the server does not
// accept, as the person wants it.
func (u *UI) StoredUntried(origin string, problem error) {
	u.tell(u.Stderr, event{Event: "not_tried", Host: origin}, fmt.Sprintf("the application ID for %s is stored nevertheless (--force): %v", origin, problem))
}

// SignedOut says what has become of a grant: problem is why the server has not
// ended it, page where a person can do that.
func (u *UI) SignedOut(origin string, account cache.Account, page string, problem error) {
	if problem == nil {
		u.tell(u.Stderr, event{Event: "signed_out", Host: origin, Username: account.Username}, "signed out of "+named(origin, account.Username))
		return
	}
	u.tell(u.Stderr, event{Event: "not_ended", Host: origin, Username: account.Username, Address: page},
		notEnded(named(origin, account.Username)+" is forgotten here, but not ended at the server", page, problem))
}

// FleetForgotten says that a machine has forgotten what it had of a fleet's sign-in.
func (u *UI) FleetForgotten(origin string, account cache.Account) {
	u.tell(u.Stderr, event{Event: "forgotten", Host: origin, Username: account.Username}, fmt.Sprintf("%s is forgotten on this machine; its fleet (%s) stays signed in\n"+
		"to sign all machines out, run: git credential-doorkey logout --fleet %s", named(origin, account.Username), account.Fleet.Engine, origin))
}

// FleetSignedOut is the end of the sign-in that all machines of a fleet shared.
func (u *UI) FleetSignedOut(origin, label, engine string) {
	u.tell(u.Stderr, event{Event: "signed_out", Host: origin, Username: label}, fmt.Sprintf("signed all machines of the fleet (%s) out of %s", engine, named(origin, label)))
}

// notEnded is what happened, its cause without the hints that are about something
// else, and where to go.
func notEnded(what, page string, err error) string {
	cause, _, _ := strings.Cut(err.Error(), "\n")
	message := what + ": " + cause
	if page == "" {
		return message + "\nend it there by hand, on the page that lists the applications you have let in"
	}
	return message + "\nend it there by hand:\n" + page
}

// PasswordForgotten says that a password was removed from the cache.
func (u *UI) PasswordForgotten(origin string, account cache.Account) {
	u.tell(u.Stderr, event{Event: "password_forgotten", Host: origin, Username: account.Username}, fmt.Sprintf("forgot the password of %q for %s", account.Username, withPath(origin, account.Path)))
}

// NothingStored is said where there is nothing to forget or to show. The origin is
// "" for all.
func (u *UI) NothingStored(origin, hint string) {
	message := "nothing is kept"
	if origin != "" {
		message += " for " + origin
	}
	if hint != "" {
		message += "\n" + hint
	}
	u.tell(u.Stderr, event{Event: "nothing_kept", Host: origin}, message)
}

// StillStored tells of the accounts of a host that were not meant.
func (u *UI) StillStored(origin string, others []cache.Account) {
	u.tell(u.Stderr, event{Event: "still_kept", Host: origin}, fmt.Sprintf("still kept for %s: %s\n\"--username LABEL\" names one of them, \"--all\" all of them", origin, Labels(others)))
}

// ContinuesWithout is said where the state directory cannot be used, or the key of a
// password cannot be had.
func (u *UI) ContinuesWithout(origin string, problem error) {
	e := event{Event: "key_unreachable", Host: origin}
	if errors.Is(problem, cache.ErrStateDirectory) {
		e = event{Event: "state_unusable", Host: origin}
	}
	u.tell(u.Stderr, e, fmt.Sprintf("%v\nwhat is stored for %s is not found until then; git goes on without it", problem, origin))
}

// KeyIsGone is said before the sign-in that it makes necessary.
func (u *UI) KeyIsGone(origin string, place cache.KeyPlace) {
	message := "the key that the tokens for " + origin + " were sealed with is gone, so a new sign-in is needed"
	if place == cache.InKeyring {
		message += "\n" + SharedDirectory
	}
	u.tell(u.Stderr, event{Event: "key_gone", Host: origin}, message)
}

// SharedDirectory is the one cause of a key that is gone of which a new sign-in is
// no cure: the next machine does not have the new key.
const SharedDirectory = "each machine has a keyring of its own: if several share this state directory, in a home on the network, each new sign-in ends that of the others\n" +
	"to have one key for all of them, in a file, run: git config --global credential.oauthStore file"

// Labels lists accounts by their labels.
func Labels(accounts []cache.Account) string {
	var labels []string
	for _, account := range accounts {
		labels = append(labels, Label(account.Username))
	}
	return strings.Join(labels, ", ")
}

// Label is a label in a sentence.
func Label(username string) string {
	if username == "" {
		return "the default account"
	}
	return fmt.Sprintf("%q", username)
}

// named is an account of a host in a sentence.
func named(origin, username string) string {
	if username == "" {
		return origin
	}
	return fmt.Sprintf("%s (%s)", origin, username)
}

// withPath is an origin, and the path of a password that is not for all of it.
func withPath(origin, path string) string {
	if path == "" {
		return origin
	}
	return origin + "/" + strings.TrimPrefix(path, "/")
}

// Expiry says until when a token or password is good, and what comes then.
func Expiry(account cache.Account, now time.Time) string {
	renews := ""
	if account.IsGrant() && account.Renewable() {
		renews = ", renews itself"
	}
	switch {
	case account.Ended:
		return "refused by the server" + renews
	case account.Expiry.IsZero():
		return "does not expire" + renews
	case !account.Expiry.After(now):
		return "expired " + FormatTime(account.Expiry, now) + renews
	}
	return "expires " + FormatTime(account.Expiry, now) + renews
}

// FormatTime is a time for people: the minute of their clock, and how far off that is.
func FormatTime(moment, now time.Time) string {
	text := moment.Local().Format("2006-01-02 15:04")
	if moment.After(now) {
		return fmt.Sprintf("%s (in %s)", text, formatDuration(moment.Sub(now)))
	}
	return fmt.Sprintf("%s (%s ago)", text, formatDuration(now.Sub(moment)))
}

// formatDuration is a length of time with as much detail as matters to people.
func formatDuration(length time.Duration) string {
	switch minutes := int(length.Round(time.Minute) / time.Minute); {
	case length < time.Minute:
		return fmt.Sprintf("%ds", int(length/time.Second))
	case minutes < 60:
		return fmt.Sprintf("%dm", minutes)
	case minutes < 48*60:
		return fmt.Sprintf("%dh%dm", minutes/60, minutes%60)
	default:
		return fmt.Sprintf("%d days", minutes/60/24)
	}
}
