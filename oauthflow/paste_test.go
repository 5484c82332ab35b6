package oauthflow

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestParsePasted(t *testing.T) {
	const address = "http://127.0.0.1:40000/?code=c0de&state=st4te"
	for _, row := range []struct{ name, pasted, code, state string }{
		{"the whole address", address, "c0de", "st4te"},
		{"with spaces around", "  " + address + "\t", "c0de", "st4te"},
		{"in angle brackets", "<" + address + ">", "c0de", "st4te"},
		{"in quotes", `"` + address + `"`, "c0de", "st4te"},
		{"with the marks of bracketed paste", "\x1b[200~" + address + "\x1b[201~", "c0de", "st4te"},
		{"with a fragment, as some browsers add", address + "#_=_", "c0de", "st4te"},
		{"the part behind the question mark", "code=c0de&state=st4te", "c0de", "st4te"},
		{"code and state", "c0de st4te", "c0de", "st4te"},
		{"escaped", "http://127.0.0.1:40000/?state=st%344te&code=c%30de", "c0de", "st44te"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := parsePasted(row.pasted)
			if err != nil || got.Get("code") != row.code || got.Get("state") != row.state {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	for _, row := range []struct{ name, pasted string }{
		{"nothing", ""},
		{"the address that was to be opened", "https://gitlab.com/oauth/authorize?client_id=a&state=b"},
		{"one word", "c0de"},
		{"three words", "c0de st4te more"},
		{"broken escape", "http://127.0.0.1/?code=%zz"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, err := parsePasted(row.pasted); err == nil {
				t.Errorf("took it for %v", got)
			}
		})
	}
}

// pasting acts as a user who pastes these lines. In them, ADDRESS stands for the address
// that was shown and STATE for its state.
func pasting(t *testing.T, wrong *[]string, lines ...string) Paste {
	var shown string
	return Paste{
		Show: func(address, port string) {
			shown = address
			if port == "" || port == "0" {
				t.Errorf("was shown the port %q", port)
			}
		},
		Read: func(ctx context.Context) (string, error) {
			if len(lines) == 0 {
				<-ctx.Done()
				return "", context.Cause(ctx)
			}
			line := lines[0]
			lines = lines[1:]
			parsed, err := url.Parse(shown)
			return strings.ReplaceAll(line, "STATE", parsed.Query().Get("state")), err
		},
		Wrong: func(err error) { *wrong = append(*wrong, err.Error()) },
	}
}

// answering is a token endpoint that accepts one code.
type answering struct{ asked []url.Values }

func (a *answering) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.ParseForm(); err != nil {
		return nil, err
	}
	a.asked = append(a.asked, request.PostForm)
	recorded := strings.NewReader("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + `{"access_token":"t0ken","expires_in":7200}`)
	return http.ReadResponse(bufio.NewReader(recorded), request)
}

func TestSignInByPaste(t *testing.T) {
	provider := Provider{Kind: "gitlab", ClientID: "id", AuthURL: "https://h/oauth/authorize", TokenURL: "https://h/oauth/token", RedirectURL: defaultRedirectURL}
	for _, row := range []struct {
		name  string
		lines []string
		wrong int
		code  string // the redeemed code; "" for none
		fails string
	}{
		{"at once", []string{"http://127.0.0.1/?code=c0de&state=STATE"}, 0, "c0de", ""},
		{"code and state alone", []string{"c0de STATE"}, 0, "c0de", ""},
		{"after mistakes", []string{"", "hello", "http://127.0.0.1/?code=evil&state=other", "code=c0de&state=STATE"}, 3, "c0de", ""},
		{"declined", []string{"http://127.0.0.1/?error=access_denied&state=STATE"}, 0, "", "access_denied"},
		{"nobody", nil, 0, "", "nobody came"},
		{"something that pastes and pastes", strings.Split(strings.Repeat("x ", 100), " "), mostPastes, "", "no pasted address"},
	} {
		t.Run(row.name, func(t *testing.T) {
			endpoint, wrong := &answering{}, []string(nil)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if row.lines == nil {
				cancel(errors.New("nobody came"))
			}
			grant, err := signInByPaste(ctx, Client{HTTP: &http.Client{Transport: endpoint}}, provider, pasting(t, &wrong, row.lines...))
			if row.fails != "" {
				if err == nil || !strings.Contains(err.Error(), row.fails) || len(endpoint.asked) > 0 {
					t.Errorf("error %v after %d requests, want one with %q after none", err, len(endpoint.asked), row.fails)
				}
			} else if err != nil || grant.AccessToken.Reveal() != "t0ken" || len(endpoint.asked) != 1 ||
				endpoint.asked[0].Get("code") != row.code || len(endpoint.asked[0].Get("code_verifier")) < 43 {
				t.Errorf("error %v; redeemed %v", err, endpoint.asked)
			}
			if len(wrong) != row.wrong {
				t.Errorf("was told %q, want %d lines", wrong, row.wrong)
			}
		})
	}
}

// FuzzParsePasted: whatever is pasted, parsing does not panic. What it accepts has a code
// or an error.
func FuzzParsePasted(f *testing.F) {
	f.Add("http://127.0.0.1:40000/?code=c0de&state=st4te")
	f.Add("c0de st4te")
	f.Add("<code=c&error=e>")
	f.Fuzz(func(t *testing.T, pasted string) {
		parameters, err := parsePasted(pasted)
		if err == nil && !parameters.Has("code") && !parameters.Has("error") {
			t.Errorf("took %q for %v", pasted, parameters)
		}
	})
}
