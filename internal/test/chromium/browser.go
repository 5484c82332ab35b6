package chromium

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// widestPhone is the largest width in pixels of a phone's screen. A page sets its own
// width on a phone (with its "viewport" element).
const widestPhone = 600

// Open opens an address and waits until its page has loaded.
func (b *Browser) Open(address string) {
	b.t.Helper()
	run(b, "open "+address, chromedp.Navigate(address))
}

// Click presses the button with this text, and waits until the page that it
// leads to has loaded.
func (b *Browser) Click(text string) {
	b.t.Helper()
	quoted := strconv.Quote(text)
	click := chromedp.Click("//button[normalize-space()=" + quoted + "]")
	run(b, "click "+quoted, func(ctx context.Context, _ *chromedp.Target) (*network.Response, error) {
		return chromedp.RunResponse(ctx, click)
	})
}

// WaitForTitle waits until the page has a title.
func (b *Browser) WaitForTitle(title string) {
	b.t.Helper()
	if _, err := try(b, until(chromedp.Title(), title)); err != nil {
		b.t.Fatalf("chromium: the title is wrong at %s: %v:\n%s", b.Address(), err, b.Text())
	}
}

// Address returns the address in the address bar.
func (b *Browser) Address() string {
	b.t.Helper()
	history := b.history()
	return history.Entries[history.CurrentIndex].URL
}

// Text returns the visible text of the page.
func (b *Browser) Text() string {
	b.t.Helper()
	return run(b, "read the text", chromedp.Evaluate[string]("document.body.innerText"))
}

// Back presses the Back button, and waits until the page has loaded.
func (b *Browser) Back() {
	b.t.Helper()
	b.travel(-1)
}

// Forward presses the Forward button, and waits until the page has loaded or,
// if its server is gone, failed to load.
func (b *Browser) Forward() {
	b.t.Helper()
	b.travel(+1)
}

// travel goes a number of steps forward in the history. It waits for the state
// of the page, not for loading events: Chromium restores a page from memory
// without such events.
func (b *Browser) travel(steps int64) {
	b.t.Helper()
	history := b.history()
	want := history.CurrentIndex + steps
	if want < 0 || want >= int64(len(history.Entries)) {
		b.t.Fatalf("chromium: the history ends here: %q", b.History())
	}
	index := func(ctx context.Context, t *chromedp.Target) (int64, error) {
		history, err := chromedp.NavigationEntries()(ctx, t)
		return history.CurrentIndex, err
	}
	run(b, "travel in the history", command(page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[want].ID}))
	run(b, "wait for the page", until(index, want))
	run(b, "wait until the page has loaded", until(chromedp.Evaluate[string]("document.readyState"), "complete"))
}

// History returns the addresses that Back and Forward lead to, and the present
// one, from the oldest.
func (b *Browser) History() []string {
	b.t.Helper()
	var addresses []string
	for _, entry := range b.history().Entries {
		addresses = append(addresses, entry.URL)
	}
	return addresses
}

func (b *Browser) history() page.GetNavigationHistoryResult {
	b.t.Helper()
	return run(b, "read the history", chromedp.NavigationEntries())
}

// record stores the events that Requests and Complaints return.
func (b *Browser) record(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		if strings.HasPrefix(event.Request.URL, "http") {
			b.requests = append(b.requests, event.Request.URL)
		}
	case *log.EventEntryAdded, *runtime.EventConsoleAPICalled, *runtime.EventExceptionThrown:
		b.console = append(b.console, event)
	}
}

// Requests returns the addresses that the browser has requested since the start,
// in order, including redirects. Addresses that need no network, such as
// "data:", are left out.
func (b *Browser) Requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// Complaints returns what Chromium has written to the page's console since the
// last call, as DevTools events in JSON: styles that the page's own policy
// forbids, files that did not load, errors in scripts.
func (b *Browser) Complaints() []string {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var complaints []string
	for _, event := range b.console {
		text, err := json.Marshal(event)
		if err != nil {
			b.t.Fatal(err)
		}
		complaints = append(complaints, string(text))
	}
	b.console = nil
	return complaints
}

// Resize gives the page a screen of this size, in pixels. It can be smaller than
// any window, such as a phone's.
func (b *Browser) Resize(width, height int) {
	b.t.Helper()
	run(b, "resize", command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: width <= widestPhone,
	}))
}

// Dark sets whether the user prefers dark pages to light ones.
func (b *Browser) Dark(dark bool) {
	b.t.Helper()
	scheme := map[bool]string{false: "light", true: "dark"}[dark]
	run(b, "set the color scheme", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// Fits reports whether the whole page is on the screen, without scrolling.
func (b *Browser) Fits() bool {
	b.t.Helper()
	return run(b, "measure the page", chromedp.Evaluate[bool](`(page =>
page.scrollWidth <= page.clientWidth && page.scrollHeight <= page.clientHeight)(document.documentElement)`))
}

// Screenshot returns what the screen shows, as PNG.
func (b *Browser) Screenshot() []byte {
	b.t.Helper()
	return run(b, "take a screenshot", chromedp.CaptureScreenshot())
}
