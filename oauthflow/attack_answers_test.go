package oauthflow

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/internal/secret"
)

// compressed returns a text followed by the given number of mebibytes of spaces, compressed
// to a few kilobytes.
func compressed(t *testing.T, text string, mebibytes int) []byte {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	fmt.Fprint(writer, text)
	for range mebibytes {
		writer.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// TestAttackByAnswer has answers that are made to exhaust or confuse the program that reads
// them. (TestRefreshThatGoesWrong has the simple wrong ones.)
func TestAttackByAnswer(t *testing.T) {
	const token = `{"access_token":"TOKEN"}`
	nested := strings.Repeat("[", 200_000)
	for _, test := range []struct {
		name   string
		header []string // names and values
		body   []byte
		want   string // part of the error
	}{
		{"bomb, compressed", []string{"Content-Encoding", "gzip"}, compressed(t, `{"access_token":`, 16), "too large"},
		{"bomb, compressed twice", []string{"Content-Encoding", "gzip"}, compressed(t, string(compressed(t, token, 4)), 0), "no access token"},
		{"said to be compressed", []string{"Content-Encoding", "gzip"}, []byte(token), "gzip"},
		{"compressed as nobody asked for", []string{"Content-Encoding", "deflate"}, compressed(t, token, 0), "no access token"},
		{"nested deeply", nil, []byte(nested), "no access token"},
		{"nested deeply beside the token", nil, []byte(`{"x":` + nested + strings.Repeat("]", 200_000) + `,"access_token":"TOKEN"}`), "no access token"},
		{"nested deeply in the token", nil, []byte(`{"access_token":` + strings.Repeat(`{"access_token":`, 50_000)), "no access token"},
		{"a number of a megabyte", nil, []byte(`{"expires_in":` + strings.Repeat("9", 1<<20)), "too large"},
		{"name in other letters", nil, []byte(`{"ACCESS_TOKEN":"TOKEN"}`), "no access token"},
		{"header without an end", []string{"X-Long", strings.Repeat("x", 11<<20)}, []byte(token), "headers exceeded"},
		{"page with the token in it", []string{"Content-Type", "text/html"}, []byte("<script>" + token + "</script>"), "no access token"},
		{"form instead of JSON", []string{"Content-Type", "application/x-www-form-urlencoded"}, []byte("access_token=TOKEN"), "no access token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for i := 0; i < len(test.header); i += 2 {
					w.Header().Set(test.header[i], test.header[i+1])
				}
				w.Write(test.body)
			}))
			defer server.Close()
			client, err := NewHTTPClient(HTTPSettings{})
			if err != nil {
				t.Fatal(err)
			}
			defer client.CloseIdleConnections()
			grant, err := Client{HTTP: client}.Refresh(t.Context(), Provider{TokenURL: server.URL}, secret.New("the-refresh-token"))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "TOKEN") || grant.AccessToken.IsSet() {
				t.Errorf("grant %v, error %.300v, want one with %q", grant, err, test.want)
			}
		})
	}
}

// TestAttackBySlowness: a server that keeps the connection open, as slowly as it can, ends
// only its own request. A synctest bubble simulates the minutes.
func TestAttackBySlowness(t *testing.T) {
	for _, test := range []struct {
		name   string
		scheme string
		first  string // what the server sends immediately
		drip   string // what it then sends every second
		after  time.Duration
	}{
		{"no answer to the handshake", "https", "", "", connectTime},
		{"no answer", "http", "", "", headerTime},
		{"a header a second", "http", "HTTP/1.1 200 OK\r\n", "X: y\r\n", headerTime},
		{"a byte a second", "http", "HTTP/1.1 200 OK\r\n\r\n{", " ", wholeTime},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, err := NewHTTPClient(HTTPSettings{})
				if err != nil {
					t.Fatal(err)
				}
				ended := make(chan struct{})
				defer close(ended)
				transport := client.Transport.(limited).next
				transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
					ours, theirs := net.Pipe()
					go func() {
						// net/http rejects an answer that arrives before the request.
						_, err := theirs.Read(make([]byte, 64<<10))
						go io.Copy(io.Discard, theirs)
						if err == nil {
							_, err = io.WriteString(theirs, test.first)
						}
						for err == nil && test.drip != "" {
							select {
							case <-time.After(time.Second):
								_, err = io.WriteString(theirs, test.drip)
							case <-ended:
								return
							}
						}
					}()
					return ours, nil
				}
				began := time.Now()
				_, err = Client{HTTP: client}.Refresh(t.Context(), Provider{TokenURL: test.scheme + "://127.0.0.1/"}, secret.New("the-refresh-token"))
				if err == nil || time.Since(began) != test.after {
					t.Errorf("ended after %v, want %v: %v", time.Since(began), test.after, err)
				}
			})
		})
	}
}
