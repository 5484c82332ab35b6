package oauthflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// post sends a form to an endpoint as the provider's application (RFC 6749 section
// 2.3.1: in the form, because none of the supported servers requires a header). It
// returns the JSON object of the answer, or nil if there is none. An answer that is an
// error, by its status or, on GitHub, only by its body, is an *Error; a failed
// connection is a *ConnectionError, or else a *url.Error.
func (c Client) post(ctx context.Context, provider Provider, endpoint string, form url.Values) (fields, error) {
	form = maps.Clone(form)
	form.Set("client_id", provider.ClientID)
	if !provider.ClientSecret.IsEmpty() {
		form.Set("client_secret", provider.ClientSecret.Reveal())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, plain(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	answer := readFields(body)
	if response.StatusCode < 200 || response.StatusCode > 299 || answer.text("error") != "" {
		return nil, newError(response, answer, form)
	}
	// An answer that was cut off after its object is complete: its tokens may have been
	// issued only once.
	if answer == nil && err != nil {
		return nil, plain(&url.Error{Op: "Post", URL: endpoint, Err: err})
	}
	return answer, nil
}

// plain returns a *ConnectionError without the *url.Error around it, which adds nothing.
func plain(err error) error {
	if explained := new(ConnectionError); errors.As(err, &explained) {
		return explained
	}
	return err
}

// fields is the JSON object of an endpoint's answer. Each field is read separately,
// whatever the type of the others and the Content-Type: a token that is issued only once
// must not be lost because of an "expires_in" of 7200.0.
type fields map[string]any

// readFields returns nil for anything but a JSON object.
func readFields(body []byte) fields {
	var content fields
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&content) != nil {
		return nil
	}
	return content
}

// text returns a field if it is text, else "".
func (f fields) text(name string) string {
	text, _ := f[name].(string)
	return text
}

// texts returns a field if it is a list of texts, else nil.
func (f fields) texts(name string) []string {
	list, found := f[name].([]any)
	if !found {
		return nil
	}
	texts := []string{} // an empty list has a meaning, too
	for _, one := range list {
		if text, ok := one.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// mostSeconds is ten years: a longer duration in an answer is cut to this.
const mostSeconds = 10 * 365 * 24 * 60 * 60

// seconds returns a field that is a number of seconds, which may be a fraction or in
// quotes. It finds none if the field is missing, negative or nonsense.
func (f fields) seconds(name string) (duration time.Duration, found bool) {
	text := f.text(name)
	if number, ok := f[name].(json.Number); ok {
		text = number.String()
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(number) || number < 0 {
		return 0, false
	}
	return time.Duration(min(number, mostSeconds) * float64(time.Second)), true
}
