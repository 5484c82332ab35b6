package setup

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// takeFleet uses the given fleet. Its files must be found from any directory.
func (w *wizard) takeFleet(given command.Arguments) error {
	w.fleetBefore = w.settings.Fleet
	address, key, token := given.Options["fleet"], given.Options["fleet-key"], given.Options["fleet-token-file"]
	if w.fleetGiven = address != ""; !w.fleetGiven {
		if key != "" || token != "" {
			return ui.UsageError{Problem: "setup: --fleet-key and --fleet-token-file require --fleet with the fleet's address"}
		}
		return nil
	}
	w.settings.Fleet.Address = address
	for _, file := range []struct {
		given string
		field *string
	}{{key, &w.settings.Fleet.KeyFile}, {token, &w.settings.Fleet.TokenFile}} {
		if file.given == "" {
			continue
		}
		absolute, err := filepath.Abs(file.given)
		if err != nil {
			return err
		}
		*file.field = absolute
	}
	return nil
}

// joinFleet adds this machine to a fleet that has a sign-in: that needs neither an
// application ID nor a user. If the fleet has no sign-in yet, setup continues, and its
// sign-in becomes the fleet's.
func (w *wizard) joinFleet(ctx context.Context) (joined bool, err error) {
	if !w.fleetGiven {
		return false, nil
	}
	if err := gitconfig.CheckWritable(ctx, w.scope); err != nil {
		return false, err
	}
	host, err := w.FleetHost(ctx, w.question, w.settings)
	if err != nil {
		return false, err
	}
	record, exists, _, err := host.Inspect(ctx)
	if err != nil || !exists || record.Ended != nil {
		return false, err
	}
	changes := w.changes()
	file, err := gitconfig.Set(ctx, w.scope, changes)
	if err != nil {
		return false, fmt.Errorf("%v\nnothing was written", err)
	}
	fmt.Fprintf(w.out, "this machine shares the sign-in to %s that %s has, of %s\n\n",
		terminal.Printable(w.target.Origin), terminal.Printable(host.Engine), ui.FormatTime(record.Tokens.Obtained, time.Now()))
	w.showChanges(file, changes)
	return true, w.tellNext(ctx)
}
