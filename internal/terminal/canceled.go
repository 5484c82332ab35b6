package terminal

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// Gone ends a wait for a user whose terminal was closed. It has the effect of Ctrl-C.
type Gone struct{}

// Error says what happened.
func (Gone) Error() string { return "the terminal was closed" }

// Unwrap makes IsCanceled true for it.
func (Gone) Unwrap() error { return context.Canceled }

// IsCanceled reports whether a signal caused err: Ctrl-C, which git got as well.
func IsCanceled(err error) bool { return errors.Is(err, context.Canceled) }

// UntilInterrupted returns a context that ends with Ctrl-C and other signals that end a
// command. The cause is then context.Canceled, which IsCanceled recognizes. In the cause
// of signal.NotifyContext, errors.Is does not find context.Canceled with Go 1.26.0 to
// 1.26.4.
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
