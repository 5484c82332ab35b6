package chromium

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Open opens an address and waits until its page has loaded.
func (b *Browser) Open(address string) {
	b.t.Helper()
	b.call(http.MethodPost, "/url", object{"url": address}, nil)
}

// Click presses the button with this text, and waits for the page that it
// leads to.
func (b *Browser) Click(text string) {
	b.t.Helper()
	var button map[string]string // its one value is the button's identifier
	b.call(http.MethodPost, "/element", object{"using": "xpath", "value": "//button[normalize-space()=" + strconv.Quote(text) + "]"}, &button)
	for _, identifier := range button {
		b.call(http.MethodPost, "/element/"+identifier+"/click", object{}, nil)
	}
}

// WaitForTitle waits until the page has a title.
func (b *Browser) WaitForTitle(title string) {
	b.t.Helper()
	var got string
	for end := time.Now().Add(pageLimit); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if b.call(http.MethodGet, "/title", nil, &got); got == title {
			return
		}
	}
	b.t.Fatalf("chromium: the title is %q, not %q, at %s:\n%s", got, title, b.Address(), b.Text())
}

// Address returns what the address bar has.
func (b *Browser) Address() string {
	b.t.Helper()
	var address string
	b.call(http.MethodGet, "/url", nil, &address)
	return address
}

// Text returns the text of the page as it is seen.
func (b *Browser) Text() string {
	b.t.Helper()
	var text string
	b.run("return document.body.innerText", &text)
	return text
}

// Back presses the Back button.
func (b *Browser) Back() {
	b.t.Helper()
	b.call(http.MethodPost, "/back", object{}, nil)
}

// Forward presses the Forward button. The page may fail to load, as its server
// may be gone.
func (b *Browser) Forward() {
	b.t.Helper()
	b.call(http.MethodPost, "/forward", object{}, nil)
}

// History returns the addresses that Back and Forward lead to, and the present
// one, from the oldest.
func (b *Browser) History() []string {
	b.t.Helper()
	var history struct{ Entries []struct{ URL string } }
	b.devtools("Page.getNavigationHistory", object{}, &history)
	var addresses []string
	for _, entry := range history.Entries {
		addresses = append(addresses, entry.URL)
	}
	return addresses
}

// Requests returns the addresses that have been asked for since the start, in
// order, redirects among them. Those that no network is needed for, such as
// "data:", are left out.
func (b *Browser) Requests() []string {
	b.t.Helper()
	onNetwork := regexp.MustCompile(`^(http|ws)s?:`)
	for _, message := range b.logged("performance") {
		var event struct {
			Message struct {
				Method string
				Params struct{ Request struct{ URL string } }
			}
		}
		if err := json.Unmarshal([]byte(message), &event); err != nil {
			b.t.Fatalf("chromium: the log of requests: %v: %s", err, message)
		}
		address := event.Message.Params.Request.URL
		if event.Message.Method == "Network.requestWillBeSent" && onNetwork.MatchString(address) {
			b.requests = append(b.requests, address)
		}
	}
	return slices.Clone(b.requests)
}

// Complaints returns what Chromium has written to the page's console since the
// last call: styles that its own policy forbids, files that did not load.
func (b *Browser) Complaints() []string {
	b.t.Helper()
	return b.logged("browser")
}
