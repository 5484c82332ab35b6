package ui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"git-credential-doorkey/cache"
)

// Messages about accounts. They follow the rules of UI.

// SignedIn reports the end of a sign-in that the user asked for with a command.
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

// OldGrantNotRevoked reports that the grant that a new one replaced could not be revoked
// on the server.
func (u *UI) OldGrantNotRevoked(origin, page string, err error) {
	u.tell(u.Stderr, event{Event: "not_ended", Host: origin, Address: page}, notEnded("the previous grant was not revoked on the server", page, err))
}

// GrantNotStored reports that git gets a token that could not be stored, so that the
// next command cannot use it.
func (u *UI) GrantNotStored(origin string, problem error) {
	u.tell(u.Stderr, event{Event: "not_stored", Host: origin}, fmt.Sprintf("the new token for %s could not be stored: %v\n"+
		"this command can use it, but a later one may have to sign in again", origin, problem))
}

// GrantEndedAgain is for a server that allows only one grant for each user and
// application, when another machine has replaced its refresh token for the second time.
// The page is where applications are registered there.
func (u *UI) GrantEndedAgain(origin, page string) {
	where := ""
	if page != "" {
		where = ", on\n" + page
	}
	u.tell(u.Stderr, event{Event: "ended_again", Host: origin, Address: page}, fmt.Sprintf("the sign-in to %s was revoked early again: most likely, another machine uses the same application, and each new sign-in revokes the other\n"+
		"register a separate application for each machine%s\n"+
		"then, on that machine, run: git credential-doorkey setup %s --client-id <Client ID>\n"+
		"or let your machines share one sign-in, as a fleet (docs/fleet.md)", origin, where, origin))
}

// StoredUntried is shown if the user stores an application ID that the server did not
// accept.
func (u *UI) StoredUntried(origin string, problem error) {
	u.tell(u.Stderr, event{Event: "not_tried", Host: origin}, fmt.Sprintf("the application ID for %s was stored because of --force: %v", origin, problem))
}

// SignedOut reports what happened to a grant: problem is why the server did not revoke
// it, page is where the user can do that.
func (u *UI) SignedOut(origin string, account cache.Account, page string, problem error) {
	if problem == nil {
		u.tell(u.Stderr, event{Event: "signed_out", Host: origin, Username: account.Username}, "signed out of "+named(origin, account.Username))
		return
	}
	u.tell(u.Stderr, event{Event: "not_ended", Host: origin, Username: account.Username, Address: page},
		notEnded(named(origin, account.Username)+" was removed from this machine, but not revoked on the server", page, problem))
}

// FleetForgotten reports that a machine removed its copy of a fleet's sign-in.
func (u *UI) FleetForgotten(origin string, account cache.Account) {
	u.tell(u.Stderr, event{Event: "forgotten", Host: origin, Username: account.Username}, fmt.Sprintf("%s was removed from this machine; its fleet (%s) is still signed in\n"+
		"to sign all machines out, run: git credential-doorkey logout --fleet %s", named(origin, account.Username), account.Fleet.Engine, origin))
}

// FleetSignedOut reports the end of the sign-in that all machines of a fleet shared.
func (u *UI) FleetSignedOut(origin, label, engine string) {
	u.tell(u.Stderr, event{Event: "signed_out", Host: origin, Username: label}, fmt.Sprintf("signed all machines of the fleet (%s) out of %s", engine, named(origin, label)))
}

// notEnded returns what happened, its cause without hints about something else, and
// where to go.
func notEnded(what, page string, err error) string {
	cause, _, _ := strings.Cut(err.Error(), "\n")
	message := what + ": " + cause
	if page == "" {
		return message + "\nrevoke it there by hand, on the page that lists the applications you authorized"
	}
	return message + "\nrevoke it there by hand:\n" + page
}

// PasswordForgotten reports that a password was removed from the cache.
func (u *UI) PasswordForgotten(origin string, account cache.Account) {
	u.tell(u.Stderr, event{Event: "password_forgotten", Host: origin, Username: account.Username}, fmt.Sprintf("removed the password of %q for %s", account.Username, withPath(origin, account.Path)))
}

// NothingStored reports that there is nothing to remove or to show. The origin "" means
// all.
func (u *UI) NothingStored(origin, hint string) {
	message := "nothing is stored"
	if origin != "" {
		message += " for " + origin
	}
	if hint != "" {
		message += "\n" + hint
	}
	u.tell(u.Stderr, event{Event: "nothing_kept", Host: origin}, message)
}

// StillStored lists the accounts of a host that a command left alone.
func (u *UI) StillStored(origin string, others []cache.Account) {
	u.tell(u.Stderr, event{Event: "still_kept", Host: origin}, fmt.Sprintf("still stored for %s: %s\nselect one with \"--username LABEL\", or all with \"--all\"", origin, Labels(others)))
}

// ContinuesWithout reports that the state directory cannot be used, or that the key of a
// password is unavailable.
func (u *UI) ContinuesWithout(origin string, problem error) {
	e := event{Event: "key_unreachable", Host: origin}
	if errors.Is(problem, cache.ErrStateDirectory) {
		e = event{Event: "state_unusable", Host: origin}
	}
	u.tell(u.Stderr, e, fmt.Sprintf("%v\nuntil this is fixed, git continues without what is stored for %s", problem, origin))
}

// KeyMissing is shown before the new sign-in that a missing key requires.
func (u *UI) KeyMissing(origin string, place cache.KeyPlace) {
	message := "the encryption key of the tokens for " + origin + " is missing, so you have to sign in again"
	if place == cache.InKeyring {
		message += "\n" + SharedDirectory
	}
	u.tell(u.Stderr, event{Event: "key_gone", Host: origin}, message)
}

// SharedDirectory is the one cause of a missing key that a new sign-in does not fix: the
// next machine does not have the new key.
const SharedDirectory = "each machine has its own keyring: if several machines share this state directory, such as a home directory on the network, each new sign-in replaces the others\n" +
	"to use one key in a file for all of them, run: git config --global credential.oauthStore file"

// Labels lists accounts by their labels.
func Labels(accounts []cache.Account) string {
	var labels []string
	for _, account := range accounts {
		labels = append(labels, Label(account.Username))
	}
	return strings.Join(labels, ", ")
}

// Label returns a label as part of a sentence.
func Label(username string) string {
	if username == "" {
		return "the default account"
	}
	return fmt.Sprintf("%q", username)
}

// named returns an account of a host as part of a sentence.
func named(origin, username string) string {
	if username == "" {
		return origin
	}
	return fmt.Sprintf("%s (%s)", origin, username)
}

// withPath returns an origin with the path of a password that is not for the whole
// origin.
func withPath(origin, path string) string {
	if path == "" {
		return origin
	}
	return origin + "/" + strings.TrimPrefix(path, "/")
}

// Expiry says until when a token or password is valid, and what happens then.
func Expiry(account cache.Account, now time.Time) string {
	renews := ""
	if account.IsGrant() && account.Renewable() {
		renews = ", refreshes automatically"
	}
	switch {
	case account.Ended:
		return "rejected by the server" + renews
	case account.Expiry.IsZero():
		return "does not expire" + renews
	case !account.Expiry.After(now):
		return "expired " + FormatTime(account.Expiry, now) + renews
	}
	return "expires " + FormatTime(account.Expiry, now) + renews
}

// FormatTime formats a time for people: local time to the minute, and how far away that
// is.
func FormatTime(moment, now time.Time) string {
	text := moment.Local().Format("2006-01-02 15:04")
	if moment.After(now) {
		return fmt.Sprintf("%s (in %s)", text, formatDuration(moment.Sub(now)))
	}
	return fmt.Sprintf("%s (%s ago)", text, formatDuration(now.Sub(moment)))
}

// formatDuration formats a duration with as much detail as people need.
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
