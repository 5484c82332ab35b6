package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	"git-credential-doorkey/cache"
)

// person is who runs git. All that doorkey says is said in this file:
//
//   - a line starts with "doorkey: "; what to do next follows as "hint: ";
//   - what came from outside is shown without control and bidirectional
//     characters, so that no server can move the cursor or reorder the text;
//   - nothing is said twice, and nothing when all goes well by itself.
type person struct {
	out io.Writer // stderr

	mutex sync.Mutex
	said  map[string]bool
}

// say writes a message: its first line, and what to do as hints.
func (p *person) say(message string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.said[message] {
		return
	}
	if p.said == nil {
		p.said = make(map[string]bool)
	}
	p.said[message] = true
	prefix := "doorkey: "
	for line := range strings.SplitSeq(message, "\n") {
		fmt.Fprintln(p.out, prefix+printable(line))
		prefix = "hint: "
	}
}

// printable replaces what a terminal would act on instead of showing it.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

func (p *person) complain(err error) { p.say(err.Error()) }

// waiting returns what to call when another process holds an origin.
func (p *person) waiting(origin string) func(cache.Holder) {
	return func(holder cache.Holder) {
		message := "waiting for another git command that is busy with " + origin
		if holder.Purpose == "sign-in" {
			message = fmt.Sprintf("waiting for a sign-in to %s that another git command has started", origin)
		}
		if !holder.Until.IsZero() {
			message += ", until " + holder.Until.Local().Format(time.TimeOnly) + " at most"
		}
		p.say(message)
	}
}

func (p *person) keyringIsSlow() {
	p.say("waiting for the keyring; its password dialog may be open on the desktop")
}

func (p *person) keyIsGone(origin string) {
	p.say("the key that the tokens for " + origin + " were sealed with is gone from the keyring, so a new sign-in is needed")
}

func (p *person) missesClientID(origin string) {
	host := origin
	if address, err := url.Parse(origin); err == nil {
		host = address.Host
	}
	p.say(fmt.Sprintf("%s looks like a GitLab, but no OAuth application is configured for it\n"+
		"ask its administrator for the application ID, or register one (README, \"Quick start\"), then run: git config --global credential.%s.oauthClientId <application ID>",
		host, origin))
}

// openInBrowser asks for a sign-in: the address is always printed, since the
// browser may open on another screen or not at all.
func (p *person) openInBrowser(origin, address string) {
	p.say("sign in to " + origin + " in the browser; if none opens, open this address on this machine:")
	p.say("  " + address)
	openBrowser(address, func(err error) { p.say(fmt.Sprintf("no browser could be started: %v", err)) })
}
