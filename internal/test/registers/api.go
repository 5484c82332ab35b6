package registers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// api calls an engine as its administrator, to set it up.
type api struct {
	e      *Engine
	header http.Header // proves the caller's identity
}

// call sends JSON and returns the answer. A status of 300 or more is an error.
func (a api) call(method, path string, body any) (answer []byte, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, a.e.URL+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if a.header != nil {
		request.Header = a.header.Clone()
	}
	request.Header.Set("Content-Type", "application/json")
	client := a.e.Client()
	client.Timeout = 10 * time.Second
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: status %d: %s", method, path, response.StatusCode, answer)
	}
	return answer, err
}

// must is call, and ends the test on an error.
func (a api) must(method, path string, body any) []byte {
	a.e.t.Helper()
	answer, err := a.call(method, path, body)
	if err != nil {
		a.e.t.Fatal(err)
	}
	return answer
}

// eventually repeats a call until it succeeds: a changed setting of an engine may take
// effect a moment later.
func (a api) eventually(method, path string, body any) {
	a.e.t.Helper()
	const limit = 30 * time.Second
	for end := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		_, err := a.call(method, path, body)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			a.e.t.Fatalf("still after %v: %v", limit, err)
		}
	}
}
