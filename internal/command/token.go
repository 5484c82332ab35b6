package command

import (
	"context"
	"fmt"
	"io"

	"git-credential-doorkey/internal/helper"
)

// Token prints the access token that git would get, and nothing if there is none. It
// does not print a password, because a script does not expect one.
func Token(ctx context.Context, h *helper.Helper, given Arguments, out io.Writer) error {
	_, q, err := askedAbout(ctx, h, given)
	if err != nil {
		return err
	}
	found, err := h.LookUp(ctx, q)
	if err != nil {
		return err
	}
	switch {
	case found.Secrets.Password.IsSet():
		return fmt.Errorf("for %s, doorkey stores a password of %q, not a token\nto get passwords, run: git credential fill", q.Origin, found.Account.Username)
	case !found.Account.IsGrant():
		if _, _, err := providerFor(ctx, h, q); err != nil {
			return err
		}
	}
	response, err := h.Answer(ctx, q)
	if err != nil {
		return err
	}
	if response.Password.IsEmpty() {
		return fmt.Errorf("no token is available for %s\nrun: git credential-doorkey setup %s", q.Origin, q.Origin)
	}
	_, err = fmt.Fprintln(out, response.Password.Reveal())
	return err
}
