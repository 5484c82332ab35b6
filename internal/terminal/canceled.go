package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// ErrGone ends what waits for a person whose terminal is closed. It is as if they had
// pressed Ctrl-C.
var ErrGone = fmt.Errorf("the terminal is closed: %w", context.Canceled)

// IsCanceled reports whether a signal ended what failed with err: Ctrl-C, which git
// has had as well.
func IsCanceled(err error) bool { return errors.Is(err, context.Canceled) }

// UntilInterrupted returns a context that ends with Ctrl-C and what else ends a
// command. The cause is then context.Canceled, by which IsCanceled knows it. In the
// cause that signal.NotifyContext gives, errors.Is does not find context.Canceled
// with Go 1.26.0 to 1.26.4.
func UntilInterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}
