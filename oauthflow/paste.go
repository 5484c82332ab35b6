package oauthflow

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"unicode"
)

// Paste is how SignInByPaste talks with the person.
type Paste struct {
	// Show is called once with the address to open on any machine, and the port
	// on this one that the browser is sent back to.
	Show func(address, port string)
	// Read returns the next line that the person pastes; it gives up when the
	// context ends.
	Read func(context.Context) (string, error)
	// Wrong is told why a line was not taken. It is read again.
	Wrong func(error)
}

// SignInByPaste obtains a grant as SignInByBrowser does, where no browser can
// reach this machine: the person opens the address elsewhere and pastes the
// address that the browser ended on, which did not load there. If the browser
// does reach this machine after all (through ssh -L), that counts as well;
// whichever comes first. State and PKCE hold for both. A browser that did reach
// this machine is told as there.
func (c Client) SignInByPaste(ctx context.Context, provider Provider, paste Paste) (Grant, Tell, error) {
	callback, err := listenFor(provider)
	if err != nil {
		return Grant{}, nil, err
	}
	attempt := newAttempt(provider, callback.redirect.String())
	callback.serve(attempt.matches)

	paste.Show(attempt.address, callback.redirect.Port())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pasted := make(chan pastedAnswer, 1)
	go func() { pasted <- paste.answer(ctx, attempt.matches) }()
	select {
	case answer := <-callback.answers:
		grant, err := c.redeem(ctx, attempt, answer)
		return callback.handOver(ctx, grant, err)
	case answer := <-pasted:
		callback.close()
		if answer.err != nil {
			return Grant{}, nil, answer.err
		}
		grant, err := c.redeem(ctx, attempt, answer.parameters)
		return grant, func(context.Context, error) {}, err
	case <-ctx.Done():
		answer, err := callback.wait(ctx)
		if err != nil {
			callback.close()
			return Grant{}, nil, err
		}
		grant, err := c.redeem(ctx, attempt, answer)
		return callback.handOver(ctx, grant, err)
	}
}

type pastedAnswer struct {
	parameters url.Values
	err        error
}

// mostPastes ends a sign-in at which something else than a person pastes.
const mostPastes = 20

// errNotThisSignIn is said of an address that belongs to another attempt.
var errNotThisSignIn = errors.New("this address is not of this sign-in: open the address above, and copy where that one leads")

// answer reads until something fits.
func (p Paste) answer(ctx context.Context, matches func(url.Values) bool) pastedAnswer {
	for range mostPastes {
		line, err := p.Read(ctx)
		if err != nil {
			return pastedAnswer{err: err}
		}
		parameters, err := parsePasted(line)
		if err == nil && !matches(parameters) {
			err = errNotThisSignIn
		}
		if err == nil {
			return pastedAnswer{parameters: parameters}
		}
		p.Wrong(err)
	}
	return pastedAnswer{err: errors.New("nothing that was pasted is of this sign-in")}
}

// parsePasted reads what a person may have copied: the whole address, the part
// behind its "?", or the code and the state with a space in between. What a
// terminal or a mail program put around it is cut off.
func parsePasted(text string) (url.Values, error) {
	text = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return -1 // what bracketed paste and line breaks leave
	}, strings.ReplaceAll(strings.ReplaceAll(text, "\x1b[200~", ""), "\x1b[201~", ""))
	text = strings.Trim(text, " <>\"'")
	if _, query, found := strings.Cut(text, "?"); found {
		text = query
	}
	if fields := strings.Fields(text); len(fields) == 2 && !strings.Contains(text, "=") {
		return url.Values{"code": fields[:1], "state": fields[1:]}, nil
	}
	text, _, _ = strings.Cut(text, "#")
	parameters, err := url.ParseQuery(text)
	if err != nil || !parameters.Has("code") && !parameters.Has("error") {
		return nil, errors.New("there is no code in this: copy the whole address of the page that did not load, it has \"code=\" in it")
	}
	return parameters, nil
}
