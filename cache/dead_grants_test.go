package cache

import (
	"testing"
	"time"
)

func TestDeadGrants(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	account := Account{Username: "work", ClientID: "id"}
	day := 24 * time.Hour
	for _, row := range []struct {
		name   string
		before DeadGrants
		want   int
	}{
		{"the first", DeadGrants{}, 1},
		{"the second", DeadGrants{At: now.Add(-day), Count: 1, Username: "work", ClientID: "id"}, 2},
		{"the third", DeadGrants{At: now.Add(-day), Count: 2, Username: "work", ClientID: "id"}, 3},
		{"of another account", DeadGrants{At: now.Add(-day), Count: 1, ClientID: "id"}, 1},
		{"of another application, as after a setup", DeadGrants{At: now.Add(-day), Count: 1, Username: "work", ClientID: "former"}, 1},
		{"long ago", DeadGrants{At: now.Add(-60 * day), Count: 5, Username: "work", ClientID: "id"}, 1},
		{"yet to come: the clock has been set back", DeadGrants{At: now.Add(day), Count: 5, Username: "work", ClientID: "id"}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			want := DeadGrants{At: now, Count: row.want, Username: "work", ClientID: "id"}
			if got := row.before.with(account, now); got != want {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestNoteDeadGrant: a grant that has not been used for a long time may have expired.
func TestNoteDeadGrant(t *testing.T) {
	h := newHolder(t)
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name string
		age  time.Duration
		want int
	}{
		{"used today", time.Hour, 1},
		{"used in spring", 60 * 24 * time.Hour, 0},
		{"used today, again", time.Hour, 2},
	} {
		account := Account{ClientID: "id", Obtained: now.Add(-row.age)}
		if got := h.locked.NoteDeadGrant(account, now); got != row.want {
			t.Errorf("%s: got %d, want %d", row.name, got, row.want)
		}
	}
}
