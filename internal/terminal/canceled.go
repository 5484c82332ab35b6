package terminal

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// Gone ends what waits for a person whose terminal is closed. It is as if they had
// pressed Ctrl-C.
type Gone struct{}

// Error is what happened.
func (Gone) Error() string { return "the terminal was closed" }

// Unwrap makes IsCanceled true of it.
func (Gone) Unwrap() error { return context.Canceled }

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
