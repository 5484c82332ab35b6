package helper

import (
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/secret"
)

// TestFleetTimes: a fleet's token expires by the engine's clock and a little earlier,
// however wrong this machine's clock is.
func TestFleetTimes(t *testing.T) {
	engine := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	host := &fleet.Host{Name: fleet.Name{Origin: "https://gitlab.example.com", Label: "work"}, Engine: "etcd", Times: fleet.StandardTimes()}
	for _, row := range []struct {
		name    string
		machine time.Duration // how far its clock is behind the engine's
		life    time.Duration
		fresh   time.Duration // for how long the token is valid; 0 means that it does not expire
	}{
		{"the clocks agree", 0, 2 * time.Hour, 2*time.Hour - time.Minute - 10*time.Second},
		{"ten minutes behind", 10 * time.Minute, 2 * time.Hour, 2*time.Hour - time.Minute - 10*time.Second},
		{"ten minutes ahead", -10 * time.Minute, 2 * time.Hour, 2*time.Hour - time.Minute - 10*time.Second},
		{"a short life", 0, 20 * time.Second, 20*time.Second - 5*time.Second - 1500*time.Millisecond},
		{"no end", 0, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := fleet.Copy{Grant: "g", Generation: 3, Account: fleet.Account{Provider: "gitlab", TokenEndpoint: "https://gitlab.example.com/oauth/token"}}
			c.Tokens = fleet.Tokens{AccessToken: secret.New("token"), Obtained: engine}
			if row.life > 0 {
				c.Tokens.Expiry = engine.Add(row.life)
			}
			got := entryOfFleet(host, c, row.machine, cache.Account{})
			now := engine.Add(-row.machine) // by this machine's clock
			if row.fresh == 0 {
				if !got.Account.Expiry.IsZero() || !got.Account.Fresh(now.Add(1000*time.Hour)) {
					t.Errorf("it expires at %v", got.Account.Expiry)
				}
				return
			}
			if !got.Account.Fresh(now.Add(row.fresh-time.Millisecond)) || got.Account.Fresh(now.Add(row.fresh)) {
				t.Errorf("it expires at %v, %v after it was obtained", got.Account.Expiry, got.Account.Expiry.Sub(now))
			}
			if again := fleetCopy(got); !again.Tokens.Expiry.Equal(c.Tokens.Expiry) || !again.Tokens.Obtained.Equal(engine) || again.Generation != 3 || got.Account.Username != "work" {
				t.Errorf("it comes back as %+v", again)
			}
		})
	}
}
