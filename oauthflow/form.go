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

// post sends a form to an endpoint in the provider's name (RFC 6749 section
// 2.3.1: in the form, since no server of ours wants a header) and returns the
// JSON object of its answer, nil where that is none. An answer that is an
// error, by its status or, as GitHub has it, by its body alone, is an *Error; a
// connection that fails is a *ConnectionError, or else a *url.Error.
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
	// An answer that was cut off after its object is whole: what it gives may
	// have been given once and for all.
	if answer == nil && err != nil {
		return nil, plain(&url.Error{Op: "Post", URL: endpoint, Err: err})
	}
	return answer, nil
}

// plain returns a *ConnectionError without the *url.Error around it, which says
// no more.
func plain(err error) error {
	if explained := new(ConnectionError); errors.As(err, &explained) {
		return explained
	}
	return err
}

// fields are the JSON object that an endpoint answered with. They are read one
// by one, whatever the type of the others and the Content-Type: a token that
// was given once must not be lost to an "expires_in" of 7200.0.
type fields map[string]any

// readFields returns nil for what is no JSON object.
func readFields(body []byte) fields {
	var content fields
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&content) != nil {
		return nil
	}
	return content
}

// text returns a field that is text, else "".
func (f fields) text(name string) string {
	text, _ := f[name].(string)
	return text
}

// texts returns a field that is a list of texts, nil where there is none.
func (f fields) texts(name string) []string {
	list, found := f[name].([]any)
	if !found {
		return nil
	}
	texts := []string{} // an empty list says something, too
	for _, one := range list {
		if text, ok := one.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// mostSeconds is ten years: no duration in an answer is taken for longer.
const mostSeconds = 10 * 365 * 24 * 60 * 60

// seconds returns a field that is a number of seconds, be it a fraction or in
// quotes. There is none where the field is missing, negative or nonsense.
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
