package command

import (
	"context"
	"fmt"
	"io"

	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/helper"
)

// FleetKey prints a new key for a fleet, as a line of the key file.
func FleetKey(_ context.Context, _ *helper.Helper, _ Arguments, out io.Writer) error {
	_, err := fmt.Fprintln(out, fleet.NewKey().Reveal())
	return err
}
