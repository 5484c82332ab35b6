package cache

import "time"

// DeadGrants counts grants of an account that turned out to be revoked, one after
// another, although they had been used not long before.
type DeadGrants struct {
	At       time.Time `json:"at"` // of the last one
	Count    int       `json:"count"`
	Username string    `json:"username,omitempty"` // the account's label
	ClientID string    `json:"client_id"`          // of the application
}

// deadGrantMemory is how long a revoked grant is remembered, and how old a grant may be
// to count: servers let grants expire that were not used for a month.
const deadGrantMemory = 30 * 24 * time.Hour

// with counts one more. Those of another account or application, and old ones, are
// dropped.
func (d DeadGrants) with(account Account, now time.Time) DeadGrants {
	next := DeadGrants{At: now.UTC(), Count: d.Count + 1, Username: account.Username, ClientID: account.ClientID}
	if d.Username != next.Username || d.ClientID != next.ClientID || isLongAgo(d.At, now) {
		next.Count = 1
	}
	return next
}

// isLongAgo is also true for a time in the future: the clock was set back.
func isLongAgo(at, now time.Time) bool { return now.Sub(at) > deadGrantMemory || at.After(now) }

// NoteDeadGrant counts a grant that the server has revoked, and returns how many there
// were; 0 for one that was not used for so long that it may have expired.
func (l *Locked) NoteDeadGrant(account Account, now time.Time) int {
	if isLongAgo(account.Obtained, now) {
		return 0
	}
	next := l.cache.readNotes(l.origin).DeadGrants.with(account, now)
	// If the count cannot be recorded, it is one too low next time.
	_ = l.cache.changeNotes(l.origin, func(n *notes) { n.DeadGrants = next })
	return next.Count
}
