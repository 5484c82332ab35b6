package command

import (
	"context"
	"fmt"
	"os/user"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/helper"
)

// logoutFleet ends the sign-in that all machines of a fleet share: first at the
// server, then in the record, then on this machine.
func logoutFleet(ctx context.Context, h *helper.Helper, given Arguments) error {
	_, q, err := askedAbout(ctx, h, given)
	if err != nil {
		return err
	}
	configured, err := h.Config.For(ctx, q.Request)
	if err != nil {
		return err
	}
	if !configured.Fleet.IsSet() {
		return fmt.Errorf("credential.oauthFleet is not set for %s\nto end the sign-in of this machine alone, run: git credential-doorkey logout %[1]s", q.Origin)
	}
	host, err := h.FleetHost(ctx, q, configured)
	if err != nil {
		return err
	}
	locked, err := h.Lock(ctx, q.Origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	var ended helper.Entry
	err = host.End(ctx, "logged out by "+userName(), func(ctx context.Context, r fleet.Record) error {
		ended = helper.EntryOfRecord(host, r, 0)
		return h.RevokeGrant(ctx, q.Origin, ended, configured.OAuth)
	})
	if err != nil {
		return err
	}
	if err := locked.Forget(func(a cache.Account) bool { return a.IsShared() && a.Username == host.Name.Label }); err != nil {
		return err
	}
	h.UI.FleetSignedOut(q.Origin, host.Name.Label, host.Engine)
	return nil
}

func userName() string {
	if current, err := user.Current(); err == nil {
		return current.Username
	}
	return "somebody"
}
