package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"git-credential-doorkey/cache"
)

// What doorkey says of accounts. The rules are those of person.go.

// signedIn is the end of a sign-in that the person asked for by name.
func (p *person) signedIn(origin string, account cache.Account, now time.Time) {
	message := "signed in to " + named(origin, account.Username)
	if len(account.Scopes) > 0 {
		message += ", scopes " + strings.Join(account.Scopes, " ")
	}
	p.tell(p.stderr, event{
		Event: "signed_in", Host: origin, Username: account.Username, Scopes: account.Scopes, Expires: account.Expiry, Renews: account.Renewable(),
	}, message+"; "+expiry(account, now))
}

// oldGrantStays is said when the grant that a new one has replaced could not be
// ended at the server.
func (p *person) oldGrantStays(origin, page string, err error) {
	p.tell(p.stderr, event{Event: "not_ended", Host: origin, Address: page}, notEnded("the grant before this one was not ended at the server", page, err))
}

// signedOut says what has become of a grant: problem is why the server has not
// ended it, page where a person can do that.
func (p *person) signedOut(origin string, account cache.Account, page string, problem error) {
	if problem == nil {
		p.tell(p.stderr, event{Event: "signed_out", Host: origin, Username: account.Username}, "signed out of "+named(origin, account.Username))
		return
	}
	p.tell(p.stderr, event{Event: "not_ended", Host: origin, Username: account.Username, Address: page},
		notEnded(named(origin, account.Username)+" is forgotten here, but not ended at the server", page, problem))
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

func (p *person) passwordForgotten(origin string, account cache.Account) {
	p.tell(p.stderr, event{Event: "password_forgotten", Host: origin, Username: account.Username}, fmt.Sprintf("forgot the password of %q for %s", account.Username, withPath(origin, account.Path)))
}

// nothingKept is said where there is nothing to forget or to show. The origin is
// "" for all.
func (p *person) nothingKept(origin, hint string) {
	message := "nothing is kept"
	if origin != "" {
		message += " for " + origin
	}
	if hint != "" {
		message += "\n" + hint
	}
	p.tell(p.stderr, event{Event: "nothing_kept", Host: origin}, message)
}

// stillKept tells of the accounts of a host that were not meant.
func (p *person) stillKept(origin string, others []cache.Account) {
	p.tell(p.stderr, event{Event: "still_kept", Host: origin}, fmt.Sprintf("still kept for %s: %s\n\"--username LABEL\" names one of them, \"--all\" all of them", origin, labelsOf(others)))
}

// goesOnWithout is said where the state directory cannot be used, or a key cannot
// be had, and nothing but a password could be kept for the host.
func (p *person) goesOnWithout(origin string, problem error) {
	e := event{Event: "key_unreachable", Host: origin}
	if errors.Is(problem, cache.ErrStateDirectory) {
		e = event{Event: "state_unusable", Host: origin}
	}
	p.tell(p.stderr, e, fmt.Sprintf("%v\na password that is kept for %s is not found until then; git goes on without", problem, origin))
}

// keyIsGone is said before the sign-in that it makes necessary.
func (p *person) keyIsGone(origin string, place cache.KeyPlace) {
	message := "the key that the tokens for " + origin + " were sealed with is gone, so a new sign-in is needed"
	if place == cache.InKeyring {
		message += "\n" + sharedDirectory
	}
	p.tell(p.stderr, event{Event: "key_gone", Host: origin}, message)
}

// sharedDirectory is the one cause of a key that is gone of which a new sign-in is
// no cure: the next machine does not have the new key.
const sharedDirectory = "each machine has a keyring of its own: if several share this state directory, in a home on the network, each new sign-in ends that of the others\n" +
	"to have one key for all of them, in a file, run: git config --global credential.oauthStore file"

// labelsOf lists accounts by their labels.
func labelsOf(accounts []cache.Account) string {
	var labels []string
	for _, account := range accounts {
		labels = append(labels, labelOf(account.Username))
	}
	return strings.Join(labels, ", ")
}

// labelOf is a label in a sentence.
func labelOf(username string) string {
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

// expiry says until when a token or password is good, and what comes then.
func expiry(account cache.Account, now time.Time) string {
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
		return "expired " + at(account.Expiry, now) + renews
	}
	return "expires " + at(account.Expiry, now) + renews
}

// at is a time for people: the minute of their clock, and how far off that is.
func at(moment, now time.Time) string {
	text := moment.Local().Format("2006-01-02 15:04")
	if moment.After(now) {
		return fmt.Sprintf("%s (in %s)", text, span(moment.Sub(now)))
	}
	return fmt.Sprintf("%s (%s ago)", text, span(now.Sub(moment)))
}

// span is a length of time with as much detail as matters to people.
func span(length time.Duration) string {
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
