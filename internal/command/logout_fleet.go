package command

import (
	"context"
	"fmt"
	"os/user"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/helper"
)

// logoutFleet ends the sign-in that all machines of a fleet share: first on the server,
// then in the record, then on this machine.
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
		return fmt.Errorf("credential.oauthFleet is not set for %s\nto sign out only this machine, run: git credential-doorkey logout %[1]s", q.Origin)
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
	err = host.End(ctx, "logged out by "+userName(), func(ctx context.Context, r fleet.Record) error {
		return h.RevokeGrant(ctx, q.Origin, helper.EntryOfRecord(host, r, 0), configured.OAuth)
	})
	if err != nil {
		return err
	}
	accounts, err := locked.Accounts()
	if err != nil {
		return err
	}
	copies := slices.DeleteFunc(accounts, func(a cache.Account) bool { return !a.IsShared() || a.Username != host.Name.Label })
	if err := locked.Forget(copies...); err != nil {
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
