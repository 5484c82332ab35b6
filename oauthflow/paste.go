package oauthflow

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"unicode"
)

// Paste is how SignInByPaste talks to the user.
type Paste struct {
	// Show is called once with the address to open on any machine, and the port on this
	// machine that the browser is redirected to.
	Show func(address, port string)
	// Read returns the next line that the user pastes; it stops when the context ends.
	Read func(context.Context) (string, error)
	// Wrong is called with the reason why a line was rejected; then Read is called
	// again.
	Wrong func(error)
}

// SignInByPaste obtains a grant like SignInByBrowser if no browser can reach this
// machine: the user opens the address elsewhere and pastes the last address, which did
// not load there. If the browser does reach this machine (through ssh -L), that counts
// as well; the first answer wins. State and PKCE protect both. A browser that reached
// this machine is told the result, as with SignInByBrowser.
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

// mostPastes ends a sign-in if a program pastes instead of a person.
const mostPastes = 20

// errNotThisSignIn is the reason for an address that belongs to another attempt.
var errNotThisSignIn = errors.New("this address does not belong to this sign-in; open the address above, then copy the address of the last page")

// answer reads until a line matches.
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
	return pastedAnswer{err: errors.New("no pasted address belongs to this sign-in")}
}

// parsePasted reads what a user may have copied: the whole address, the part after its
// "?", or the code and the state separated by a space. It removes what a terminal or a
// mail program added around it.
func parsePasted(text string) (url.Values, error) {
	text = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return -1 // left over from bracketed paste and line breaks
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
		return nil, errors.New("this contains no code; copy the whole address of the page that did not load, which contains \"code=\"")
	}
	return parameters, nil
}
