package ui

import (
	"testing"
	"time"

	"git-credential-doorkey/cache"
)

func TestSpan(t *testing.T) {
	for _, row := range []struct {
		length time.Duration
		want   string
	}{
		{0, "0s"},
		{59 * time.Second, "59s"},
		{time.Minute, "1m"},
		{59*time.Minute + 31*time.Second, "1h0m"},
		{2*time.Hour - 3*time.Second, "2h0m"},
		{90 * time.Minute, "1h30m"},
		{47 * time.Hour, "47h0m"},
		{48 * time.Hour, "2 days"},
		{90 * 24 * time.Hour, "90 days"},
	} {
		t.Run(row.want, func(t *testing.T) {
			if got := formatDuration(row.length); got != row.want {
				t.Errorf("%v is %q, want %q", row.length, got, row.want)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	now := time.Date(2026, 11, 22, 15, 4, 0, 0, time.Local)
	grant := cache.Account{TokenEndpoint: "https://gitlab.example.com/oauth/token"}
	for _, row := range []struct {
		name  string
		until time.Time
		ended bool
		want  string
	}{
		{"to come", now.Add(2 * time.Hour), false, "expires 2026-11-22 17:04 (in 2h0m)"},
		{"over", now.Add(-3 * 24 * time.Hour), false, "expired 2026-11-19 15:04 (3 days ago)"},
		{"this moment", now, false, "expired 2026-11-22 15:04 (0s ago)"},
		{"none", time.Time{}, false, "does not expire"},
		{"refused before its time", now.Add(2 * time.Hour), true, "rejected by the server"},
	} {
		t.Run(row.name, func(t *testing.T) {
			account := grant
			account.Expiry, account.Ended = row.until, row.ended
			if got := Expiry(account, now); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
