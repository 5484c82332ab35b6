package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/oauthflow"
)

// logout ends grants at their servers and forgets them. What cannot be ended is
// forgotten all the same; that is said, and the command fails.
func (d *doorkey) logout(ctx context.Context, given arguments) error {
	all := given.on["all"]
	switch {
	case all && given.options["username"] != "":
		return usageError{problem: "logout: --all is every account: leave --username out"}
	case all && given.first() == "":
		return d.logoutEverywhere(ctx)
	}
	target, err := anyTargetOf(ctx, given.first())
	if err != nil {
		return err
	}
	if all {
		return d.logoutOf(ctx, target.origin, "", func(cache.Account) bool { return true })
	}
	q, err := target.ask(ctx, d.config, given.options["username"])
	if err != nil {
		return err
	}
	return d.logoutOf(ctx, q.origin, q.label, func(account cache.Account) bool { return q.fits(account) || account.Answers(q.label) })
}

// logoutOf logs out of the accounts of an origin that are meant, and tells of the
// others.
func (d *doorkey) logoutOf(ctx context.Context, origin, label string, isMeant func(cache.Account) bool) error {
	accounts, err := d.cache.Accounts(origin)
	if err != nil {
		return err
	}
	meant, others := split(accounts, isMeant)
	switch {
	case len(accounts) == 0:
		d.person.nothingKept(origin, "")
		return nil
	case len(meant) == 0:
		return fmt.Errorf("%s is not kept for %s, but %s\n\"--username LABEL\" names one of them, \"--all\" all of them", labelOf(label), origin, labelsOf(others))
	}
	err = d.leaveAll(ctx, origin, meant)
	if len(others) > 0 {
		d.person.stillKept(origin, others)
	}
	return err
}

// split parts the accounts that match from the others.
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

// logoutEverywhere logs out of all that is kept. A failure keeps nobody from the
// rest.
func (d *doorkey) logoutEverywhere(ctx context.Context) error {
	files, err := d.cache.List()
	if err != nil {
		return err
	}
	count, failed := 0, error(nil)
	for _, file := range files {
		count += len(file.Accounts)
		err := d.leaveAll(ctx, file.Origin, file.Accounts)
		if file.Problem != nil {
			err = fmt.Errorf(`account file "%s": %v`, file.File, file.Problem)
		}
		if err != nil && !errors.Is(err, errSaid) {
			d.person.complain(err)
		}
		if err != nil {
			failed = errSaid
		}
	}
	if count == 0 && failed == nil {
		d.person.nothingKept("", "")
	}
	return failed
}

// leaveAll leaves several accounts of an origin.
func (d *doorkey) leaveAll(ctx context.Context, origin string, accounts []cache.Account) error {
	var failed error
	for _, account := range accounts {
		if err := d.leave(ctx, origin, account); errors.Is(err, errSaid) {
			failed = err
		} else if err != nil {
			return err
		}
	}
	return failed
}

// leave ends an account at its server, if it is a grant, and forgets it. The
// server comes first: whoever is interrupted can say the same again.
func (d *doorkey) leave(ctx context.Context, origin string, account cache.Account) error {
	locked, err := d.lockToChange(ctx, origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	accounts, err := locked.Accounts()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(accounts, account.Same)
	if i < 0 {
		return nil // somebody else has done it meanwhile
	}
	account = accounts[i]
	var problem error
	if account.IsGrant() {
		problem = d.endKept(ctx, origin, account)
	}
	if err := locked.Forget(account.Same); err != nil {
		return err
	}
	if !account.IsGrant() {
		d.person.passwordForgotten(origin, account)
		return nil
	}
	d.person.signedOut(origin, account, oauthflow.GrantsPage(account.Provider, account.TokenEndpoint), problem)
	if problem != nil {
		return errSaid
	}
	return nil
}

// endKept ends a grant that is kept, as the settings for it say.
func (d *doorkey) endKept(ctx context.Context, origin string, account cache.Account) error {
	secrets, err := d.cache.Unseal(ctx, origin, account)
	if err != nil {
		return fmt.Errorf("its tokens cannot be read: %v", err)
	}
	target, err := parseTarget(origin)
	if err != nil {
		return err
	}
	settings, err := d.readSettings(ctx, target.question(account.Username).Request)
	if err != nil {
		return err
	}
	return d.endGrant(ctx, origin, entry{account, secrets}, settings.oauth)
}
