package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

// Logout revokes grants on their servers and removes them. If a grant cannot be revoked,
// it is still removed; a message says so, and the command fails.
func Logout(ctx context.Context, h *helper.Helper, given Arguments, _ io.Writer) error {
	all := given.On["all"]
	switch {
	case all && given.On["fleet"]:
		return ui.UsageError{Problem: "logout: --all means all accounts on this machine, --fleet one account on all machines; use only one of them"}
	case given.On["fleet"]:
		return logoutFleet(ctx, h, given)
	case all && given.Options["username"] != "":
		return ui.UsageError{Problem: "logout: --all means all accounts; omit --username"}
	case all && given.First() == "":
		return logoutEverywhere(ctx, h)
	}
	target, err := AnyTargetOf(ctx, given.First())
	if err != nil {
		return err
	}
	if all {
		return logoutOf(ctx, h, target.Origin, "", func(cache.Account) bool { return true })
	}
	q, err := target.Question(ctx, h.Config.Git, given.Options["username"])
	if err != nil {
		return err
	}
	return logoutOf(ctx, h, q.Origin, q.Label, func(account cache.Account) bool { return q.Matches(account) || account.Answers(q.Label) })
}

// logoutOf logs out of the selected accounts of an origin, and lists the others.
func logoutOf(ctx context.Context, h *helper.Helper, origin, label string, isMeant func(cache.Account) bool) error {
	accounts, err := h.Cache.Accounts(origin)
	if err != nil {
		return err
	}
	meant, others := split(accounts, isMeant)
	switch {
	case len(accounts) == 0:
		h.UI.NothingStored(origin, "")
		return nil
	case len(meant) == 0:
		return fmt.Errorf("%s is not stored for %s; stored are %s\nselect one with \"--username LABEL\", or all with \"--all\"", ui.Label(label), origin, ui.Labels(others))
	}
	err = logoutAccounts(ctx, h, origin, meant)
	if len(others) > 0 {
		h.UI.StillStored(origin, others)
	}
	return err
}

// split separates the accounts that match from the others.
func split(accounts []cache.Account, matches func(cache.Account) bool) (matching, others []cache.Account) {
	for _, account := range accounts {
		if matches(account) {
			matching = append(matching, account)
		} else {
			others = append(others, account)
		}
	}
	return matching, others
}

// logoutEverywhere logs out of everything that is stored. A failure does not affect the
// rest.
func logoutEverywhere(ctx context.Context, h *helper.Helper) error {
	files, err := h.Cache.List()
	if err != nil {
		return err
	}
	count, failed := 0, error(nil)
	for _, file := range files {
		count += len(file.Accounts)
		err := logoutAccounts(ctx, h, file.Origin, file.Accounts)
		if file.Problem != nil {
			err = fmt.Errorf(`account file "%s": %v`, file.File, file.Problem)
		}
		if err != nil && !errors.Is(err, ui.ErrReported) {
			h.UI.ReportError(err)
		}
		if err != nil {
			failed = ui.ErrReported
		}
	}
	if count == 0 && failed == nil {
		h.UI.NothingStored("", "")
	}
	return failed
}

// logoutAccounts logs out of several accounts of an origin.
func logoutAccounts(ctx context.Context, h *helper.Helper, origin string, accounts []cache.Account) error {
	var failed error
	for _, account := range accounts {
		if err := logoutAccount(ctx, h, origin, account); errors.Is(err, ui.ErrReported) {
			failed = err
		} else if err != nil {
			return err
		}
	}
	return failed
}

// logoutAccount revokes an account on its server, if it is a grant, and removes it. The
// server comes first: after an interrupt, the same command works again.
func logoutAccount(ctx context.Context, h *helper.Helper, origin string, account cache.Account) error {
	locked, err := h.Lock(ctx, origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	account, isThere, err := locked.Find(account)
	if err != nil || !isThere { // another process has removed it meanwhile
		return err
	}
	var problem error
	switch {
	case account.IsShared() && account.Fleet.Owed:
		return fmt.Errorf("this machine has not published its tokens for %s yet, and the other machines of the fleet need them\n"+
			"run any git command for it while %s is reachable, then run this command again; to sign out all machines, run: git credential-doorkey logout --fleet %[1]s", origin, account.Fleet.Engine)
	case account.IsShared():
		if err := locked.Forget(account); err != nil {
			return err
		}
		h.UI.FleetForgotten(origin, account)
		return nil
	case account.IsGrant():
		problem = revokeStored(ctx, h, origin, account)
	}
	if err := locked.Forget(account); err != nil {
		return err
	}
	if !account.IsGrant() {
		h.UI.PasswordForgotten(origin, account)
		return nil
	}
	h.UI.SignedOut(origin, account, oauthflow.GrantsPage(account.Provider, account.TokenEndpoint), problem)
	if problem != nil {
		return ui.ErrReported
	}
	return nil
}

// revokeStored revokes a stored grant according to its settings.
func revokeStored(ctx context.Context, h *helper.Helper, origin string, account cache.Account) error {
	secrets, err := h.Cache.Unseal(ctx, origin, account)
	if err != nil {
		return fmt.Errorf("cannot read its tokens: %v", err)
	}
	target, err := parseTarget(origin)
	if err != nil {
		return err
	}
	configured, err := h.Config.For(ctx, target.QuestionFor(account.Username).Request)
	if err != nil {
		return err
	}
	return h.RevokeGrant(ctx, origin, helper.Entry{Account: account, Secrets: secrets}, configured.OAuth)
}
