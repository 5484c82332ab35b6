package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"git-credential-doorkey/internal/test/fakegitlab"
)

// report prints what happened.
func (s *stress) report(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(format string, values ...any) { fmt.Fprintf(table, format+"\n", values...) }
	row("")
	row("process\tended\tkilled\tmedian\t99 %%\tslowest")
	for _, verb := range []string{"get", "store", "erase"} {
		took := s.ledger.took[verb]
		row("%s\t%d\t%d\t%v\t%v\t%v", verb, len(took), s.ledger.killed[verb],
			percentile(took, 50), percentile(took, 99), percentile(took, 100))
	}
	table.Flush()
	row("")
	row("time\t%v", s.took.Round(time.Second))
	for _, what := range slices.Sorted(maps.Keys(s.ledger.counted)) {
		row("%s\t%d", what, s.ledger.counted[what])
	}
	row("refreshes\t%d", s.refreshes())
	row("refreshes at once\t%d", s.server.MostAtOnce(fakegitlab.TokenRefreshToken))
	row("spent refresh tokens sent\t%d", s.server.Count(fakegitlab.SpentRefreshToken))
	row("sign-ins after the first\t%d", s.signInsAgain())
	if s.killRefresh > 0 {
		row("refreshing children killed\t%d of %d that were seen", s.victims.killed, s.victims.seen)
	}
	table.Flush()
	if s.killRefresh > 0 {
		fmt.Fprintln(out, lostGrants)
	}
}

// lostGrants explains the sign-ins after kills of refreshing children.
const lostGrants = `
A child that is killed after the server has answered and before the new tokens
are on the disk takes them with it: the old ones are spent, so somebody signs in
again. The spent refresh token is sent twice or more before that, since a server
that lags behind may refuse a good one at first. No software on this side can
prevent it. Signals that can be caught, the end of git and a full disk cost
nothing: that is what the child is for.`
