package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	"git-credential-doorkey/internal/manual"
)

// person is who runs git. All that doorkey says is said here and in the files
// person_*.go:
//
//   - errors and notes go to stderr, a line each: "doorkey: what happened",
//     then "hint: what to do next";
//   - what the person has to act on goes to the terminal, also where an editor
//     has captured stderr; to stderr where there is no terminal, as in CI;
//   - only a terminal gets control characters, and only from doorkey: what came
//     from outside is shown without control and bidirectional characters, so
//     that no server can move the cursor or reorder the text;
//   - nothing is said twice, and nothing when all goes well by itself;
//   - with --events json all of it is on stderr, an object a line, instead.
type person struct {
	stderr io.Writer
	where  surroundings
	events bool

	mutex   sync.Mutex
	said    map[string]bool
	waiting bool // a countdown stands on the last line

	opening sync.Once
	opened  *screen
}

// prompts is where prompts are shown: found out when one is needed, and never
// for a request that is answered from the cache.
func (p *person) prompts() *screen {
	p.opening.Do(func() { p.opened = newScreen(p.stderr, p.where) })
	return p.opened
}

// event is a line of --events json. Its fields and their meaning are in
// docs/for-programs.md; none is ever renamed.
type event struct {
	Event   string   `json:"event"`
	Host    string   `json:"host,omitempty"`
	Message string   `json:"message"`
	Hints   []string `json:"hints,omitempty"`

	Address                 string    `json:"address,omitempty"`
	UserCode                string    `json:"user_code,omitempty"`
	VerificationURI         string    `json:"verification_uri,omitempty"`
	VerificationURIComplete string    `json:"verification_uri_complete,omitempty"`
	Until                   time.Time `json:"until,omitzero"`

	Username string    `json:"username,omitempty"`
	Scopes   []string  `json:"scopes,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
	Renews   bool      `json:"renews,omitempty"`
}

// tell says something once: the message, whose first line is what happened and
// whose further lines are hints, as text or as an event.
func (p *person) tell(to io.Writer, e event, message string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.said[message] {
		return
	}
	if p.said == nil {
		p.said = make(map[string]bool)
	}
	p.said[message] = true
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	if p.events {
		e.Message, e.Hints = lines[0], lines[1:]
		p.write(e)
		return
	}
	p.endCountdown()
	fmt.Fprintf(to, "doorkey: %s\n", lines[0])
	for _, line := range lines[1:] {
		prefix := "hint: "
		if strings.HasPrefix(line, "https:") || strings.HasPrefix(line, "http:") {
			prefix = "  " // an address stands alone, to be copied
		}
		fmt.Fprintf(to, "%s%s\n", prefix, line)
	}
}

// write writes an event. A program may well show its fields as they are.
func (p *person) write(e event) {
	for _, field := range []*string{&e.Host, &e.Address, &e.UserCode, &e.VerificationURI, &e.VerificationURIComplete, &e.Username} {
		*field = printable(*field)
	}
	e.Scopes = allPrintable(e.Scopes)
	encoder := json.NewEncoder(p.stderr)
	encoder.SetEscapeHTML(false) // an "&" in an address stays one
	encoder.Encode(e)
}

func allPrintable(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = printable(text)
	}
	return shown
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

func (p *person) complain(err error) { p.tell(p.stderr, event{Event: "error"}, err.Error()) }

// showUsage shows all commands to whoever has named none.
func (p *person) showUsage() {
	if p.events {
		p.complain(errNoCommand)
		return
	}
	fmt.Fprint(p.stderr, manual.Usage())
}

// busy returns what to call when another process holds an origin.
func (p *person) busy(origin string) func() {
	return func() {
		p.tell(p.stderr, event{Event: "waiting", Host: origin}, "waiting for another git command that is busy with "+origin)
	}
}

// signingIn returns what to call when another process has the person sign in.
func (p *person) signingIn(origin string) func(time.Time) {
	return func(until time.Time) {
		message := fmt.Sprintf("waiting for the sign-in to %s that another git command has started", origin)
		if !until.IsZero() {
			message += fmt.Sprintf(" (%s, until %s at most)", left(until), until.Local().Format(time.TimeOnly))
		}
		p.tell(p.stderr, event{Event: "waiting", Host: origin, Until: until}, message)
	}
}

func (p *person) keyringIsSlow() {
	p.tell(p.stderr, event{Event: "keyring_slow"}, "waiting for the keyring; its password dialog may be open on the desktop")
}

// keyIsInFile is said at the first sign-in without a keyring, once and plainly.
func (p *person) keyIsInFile(directory string) {
	p.tell(p.stderr, event{Event: "key_in_file"}, "no keyring is used here: the key that seals the tokens is in a file that only you can read, in "+directory)
}

// othersKeep is said at a sign-in: from then on each command hands the token on.
func (p *person) othersKeep(origin string, helpers []string) {
	p.tell(p.stderr, event{Event: "other_helpers", Host: origin}, fmt.Sprintf("git also tells the token for %s to: %s\n"+
		"so that doorkey alone has it, run: git credential-doorkey install", origin, strings.Join(helpers, ", ")))
}

// notVerified is said whenever a server is talked to whose certificate nobody
// checks, as somebody has configured it for that host.
func (p *person) notVerified(origin string) {
	p.tell(p.stderr, event{Event: "not_verified", Host: origin}, fmt.Sprintf("the certificate of %s is not checked, as http.%s.sslVerify has it: anybody in between can take the tokens\n"+
		"better give the certificate of its authority; run: git config --global http.%s.sslCAInfo <file.pem>", origin, origin, origin))
}

// nameIsToken is said where git asks for the password of a token. Neither the
// token nor the path is shown: a command to be copied has nothing from outside.
func (p *person) nameIsToken(origin string) {
	p.tell(p.stderr, event{Event: "token_in_url", Host: origin}, fmt.Sprintf("the user name in the URL for %s is an access token, and no account of doorkey's\n"+
		"to take it out of a remote, run: git remote set-url origin %s/<path>\n"+
		"revoke it at the server: whoever can read git's configuration has it (it may also stand in credential.username)",
		origin, origin))
}

func (p *person) missesClientID(origin, title string) {
	host := origin
	if address, err := url.Parse(origin); err == nil {
		host = address.Host
	}
	p.tell(p.stderr, event{Event: "no_client_id", Host: origin}, fmt.Sprintf("%s looks like %s, but no OAuth application is configured for it\n"+
		"run: git credential-doorkey setup %s",
		host, title, origin))
}
