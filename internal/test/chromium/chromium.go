// Package chromium is a real browser for tests: Chromium without a window,
// driven over the DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol/). It trusts every
// certificate, resolves no name but localhost, and starts with an empty profile.
package chromium

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"git-credential-doorkey/internal/test/parts"
)

const (
	startLimit = time.Minute // a cold start reads some hundred megabytes
	pageLimit  = time.Minute // for each action, such as loading a page
	stopLimit  = 10 * time.Second
)

// Browser is a running Chromium with one page. Its methods end the test if the
// browser cannot do what they say: call them from the test's own goroutine.
type Browser struct {
	t       testing.TB
	context context.Context // chromedp's, for the page

	mu       sync.Mutex // guards the rest, which record writes
	requests []string
	console  []any // events
}

// Start starts Chromium and stops it when the test ends. If Chromium is not
// installed, the test is skipped or fails, as package parts decides.
func Start(t testing.TB) *Browser {
	t.Helper()
	parts.Long(t)
	parts.Program(t, "chromium", "apt-get install --no-install-recommends chromium fonts-dejavu-core")
	allocator, kill := chromedp.NewExecAllocator(context.Background(), options(t.TempDir())...)
	b := &Browser{t: t}
	b.context, _ = chromedp.NewContext(allocator, chromedp.WithListener(b.record)) // kill cancels it, too
	t.Cleanup(func() {
		b.close()
		kill()
	})
	// The first action starts Chromium, which lives as long as that action's
	// context: a timeout would stop it later.
	limit := time.AfterFunc(startLimit, kill)
	defer limit.Stop()
	if err := chromedp.Do(b.context); err != nil {
		t.Fatalf("chromium did not start within %v: %v", startLimit, err)
	}
	return b
}

// options returns how to start Chromium. Its profile is a new directory that
// chromedp removes; everything else that Chromium writes goes to home.
func options(home string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"),
		chromedp.Env("HOME="+home, "TMPDIR="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_DATA_HOME="+home,
			"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"),
		chromedp.IgnoreCertErrors,
		chromedp.NoSandbox, // the sandbox does not work for root, and all pages are the test's own
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
}

// close asks Chromium to exit, so that none of its processes still writes to a
// directory that the test removes.
func (b *Browser) close() {
	limited, cancel := context.WithTimeout(b.context, stopLimit)
	defer cancel()
	if err := chromedp.Cancel(limited); err != nil {
		b.t.Logf("chromium did not exit by itself: %v", err)
	}
}

// run runs an action on the page and returns its result. The error names the
// action by what.
func run[T any](b *Browser, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	result, err := try(b, action)
	if err != nil {
		b.t.Fatalf("chromium: %s: %v", what, err)
	}
	return result
}

// try is like run, for callers that handle the error.
func try[T any](b *Browser, action chromedp.Action[T]) (T, error) {
	limited, cancel := context.WithTimeout(b.context, pageLimit)
	defer cancel()
	return chromedp.Run(limited, action)
}

// until returns an action that repeats another one until it returns the wanted
// value. Errors do not stop it: there are some while one page replaces another.
func until[T comparable](action chromedp.Action[T], want T) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for {
			got, err := action(ctx, t)
			if err == nil && got == want {
				return nil
			}
			if err == nil {
				err = fmt.Errorf("got %#v, want %#v", got, want)
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%w: %v", ctx.Err(), err)
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
}

// command returns the action of one DevTools command, for commands without an
// action in chromedp.
func command[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[R] {
	return func(ctx context.Context, t *chromedp.Target) (R, error) {
		return cdp.Call(ctx, t, command, parameters)
	}
}
