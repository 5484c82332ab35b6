package terminal

import (
	"context"
	"errors"
)

// IsCanceled reports whether a signal ended what failed with err: Ctrl-C, which git
// has had as well.
func IsCanceled(err error) bool { return errors.Is(err, context.Canceled) }
