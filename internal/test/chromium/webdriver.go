package chromium

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// object is a JSON object.
type object map[string]any

// call sends a command of the session and reads its result into value, which
// may be nil.
func (b *Browser) call(method, path string, parameters, value any) {
	b.t.Helper()
	if err := b.try(method, path, parameters, value); err != nil {
		b.t.Fatalf("chromium: %s %q: %v", method, path, err)
	}
}

// try is call for those who go on after an error.
func (b *Browser) try(method, path string, parameters, value any) error {
	var body bytes.Buffer
	if method == http.MethodPost { // nothing else may have a body, not even "null"
		if err := json.NewEncoder(&body).Encode(parameters); err != nil {
			return err
		}
	}
	request, err := http.NewRequest(method, b.session+path, &body)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: callLimit, Transport: &http.Transport{DisableKeepAlives: true}} // and no proxy
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return readResult(response, value)
}

// readResult reads the result of a command, or its error (WebDriver sections
// 6.3 and 6.6).
func readResult(response *http.Response, value any) error {
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s: %v", response.Status, err)
	}
	if response.StatusCode != http.StatusOK {
		var failure struct{ Error, Message string }
		if err := json.Unmarshal(answer.Value, &failure); err != nil {
			return fmt.Errorf("%s: %v", response.Status, err)
		}
		return fmt.Errorf("%s: %s", failure.Error, failure.Message)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, value)
}

// run runs a script in the page and reads what it returns into value.
func (b *Browser) run(script string, value any) {
	b.t.Helper()
	b.call(http.MethodPost, "/execute/sync", object{"script": script, "args": []any{}}, value)
}

// devtools sends a command of the DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol/), for what WebDriver
// cannot say.
func (b *Browser) devtools(command string, parameters object, value any) {
	b.t.Helper()
	b.call(http.MethodPost, "/goog/cdp/execute", object{"cmd": command, "params": parameters}, value)
}

// logged returns the messages of one of Chromium's logs that came since the
// last call.
func (b *Browser) logged(log string) []string {
	b.t.Helper()
	var entries []struct{ Message string }
	b.call(http.MethodPost, "/se/log", object{"type": log}, &entries)
	var messages []string
	for _, entry := range entries {
		messages = append(messages, entry.Message)
	}
	return messages
}
