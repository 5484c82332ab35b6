package cache

import "time"

// DeadGrants counts the grants of an account that turned out dead, one after another,
// though they had been used not long before.
type DeadGrants struct {
	At       time.Time `json:"at"` // of the last
	Count    int       `json:"count"`
	Username string    `json:"username,omitempty"` // the account's label
	ClientID string    `json:"client_id"`          // of the application
}

// deadGrantMemory is for how long a dead grant is remembered, and how old a grant may
// be that counts: after a month without use, servers let them expire.
const deadGrantMemory = 30 * 24 * time.Hour

// with counts one more. Those of another account or application, and those of long ago,
// are forgotten.
func (d DeadGrants) with(account Account, now time.Time) DeadGrants {
	next := DeadGrants{At: now.UTC(), Count: d.Count + 1, Username: account.Username, ClientID: account.ClientID}
	if d.Username != next.Username || d.ClientID != next.ClientID || isLongAgo(d.At, now) {
		next.Count = 1
	}
	return next
}

// isLongAgo is also so for a time that is yet to come: the clock has been set back.
func isLongAgo(at, now time.Time) bool { return now.Sub(at) > deadGrantMemory || at.After(now) }

// NoteDeadGrant counts a grant that the server says is dead, and returns how many there
// have been; 0 for one that has not been used for so long that it may have expired.
func (l *Locked) NoteDeadGrant(account Account, now time.Time) int {
	if isLongAgo(account.Obtained, now) {
		return 0
	}
	next := l.cache.readNotes(l.origin).DeadGrants.with(account, now)
	// A count that could not be noted is one too few next time.
	_ = l.cache.changeNotes(l.origin, func(n *notes) { n.DeadGrants = next })
	return next.Count
}
