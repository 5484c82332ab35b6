package main

import (
	"context"
	"errors"
	"fmt"

	"git-credential-doorkey/cache"
)

// token prints the access token that git would get, and nothing where there is
// none. A password is no token: what a script would do with it is not what was
// asked for.
func (d *doorkey) token(ctx context.Context, given arguments) error {
	_, q, err := d.askedAbout(ctx, given)
	if err != nil {
		return err
	}
	found, err := d.lookUp(ctx, q)
	if err != nil && !errors.Is(err, cache.ErrStateDirectory) { // what that means is for answer to say
		return err
	}
	switch {
	case found.secrets.Password.IsSet():
		return fmt.Errorf("what is kept for %s is a password of %q, and no token\nto have passwords, run: git credential fill", q.origin, found.account.Username)
	case !found.account.IsGrant():
		if _, _, err := d.providerFor(ctx, q); err != nil {
			return err
		}
	}
	response, err := d.answer(ctx, q)
	if err != nil {
		return err
	}
	if response.Password.IsEmpty() {
		return fmt.Errorf("there is no token for %s\nrun: git credential-doorkey setup %s", q.origin, q.origin)
	}
	_, err = fmt.Fprintln(d.out, response.Password.Reveal())
	return err
}
