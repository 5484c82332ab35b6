package terminal

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestInterrupt: a signal that ends a sign-in is recognized as one, whatever errors this
// release of Go has for signals.
func TestInterrupt(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, sent := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sent.String(), func(t *testing.T) {
			ctx, stop := UntilInterrupted(t.Context())
			defer stop()
			if err := self.Signal(sent); err != nil {
				t.Skipf("this system has no such signal: %v", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Minute):
				t.Fatal("it goes on")
			}
			if cause := context.Cause(ctx); cause != context.Canceled || !IsCanceled(cause) {
				t.Errorf("the cause is %v, not context.Canceled", cause)
			}
		})
	}
}

// TestInterruptIsNoTimeout: if something else ends a context, its cause does not change.
func TestInterruptIsNoTimeout(t *testing.T) {
	errTimeout := errors.New("too late")
	limited, cancel := context.WithTimeoutCause(t.Context(), 0, errTimeout)
	defer cancel()
	ctx, stop := UntilInterrupted(limited)
	defer stop()
	<-ctx.Done()
	if cause := context.Cause(ctx); cause != errTimeout || IsCanceled(cause) {
		t.Errorf("the cause is %v, not %v", cause, errTimeout)
	}
}
