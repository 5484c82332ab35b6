// Package ui has every word that doorkey says to a person, and the errors and
// verdicts that commands share.
package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/manual"
	"git-credential-doorkey/internal/terminal"
)

// UI talks with the person who runs git. These are its rules:
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
type UI struct {
	Stderr      io.Writer
	Environment environment.Environment
	Events      bool // --events json
	NoTerminal  bool // the terminal of this process is somebody else's

	mutex   sync.Mutex
	said    map[string]bool
	waiting bool // a countdown stands on the last line

	opening sync.Once
	opened  *terminal.Screen
}

// Screen is where prompts are shown: found out when one is needed, and never
// for a request that is answered from the cache.
func (u *UI) Screen() *terminal.Screen {
	u.opening.Do(func() {
		if u.NoTerminal {
			u.opened = &terminal.Screen{Out: u.Stderr}
			return
		}
		u.opened = terminal.NewScreen(u.Stderr, u.Environment)
	})
	return u.opened
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
	Identity string    `json:"identity,omitempty"`
}

// tell says something once: the message, whose first line is what happened and
// whose further lines are hints, as text or as an event.
func (u *UI) tell(to io.Writer, e event, message string) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.said[message] {
		return
	}
	if u.said == nil {
		u.said = make(map[string]bool)
	}
	u.said[message] = true
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		lines[i] = terminal.Printable(line)
	}
	if u.Events {
		e.Message, e.Hints = lines[0], lines[1:]
		u.write(e)
		return
	}
	u.endCountdown()
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
func (u *UI) write(e event) {
	for _, field := range []*string{&e.Host, &e.Address, &e.UserCode, &e.VerificationURI, &e.VerificationURIComplete, &e.Username} {
		*field = terminal.Printable(*field)
	}
	e.Scopes = allPrintable(e.Scopes)
	encoder := json.NewEncoder(u.Stderr)
	encoder.SetEscapeHTML(false) // an "&" in an address stays one
	encoder.Encode(e)
}

func allPrintable(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = terminal.Printable(text)
	}
	return shown
}

// ReportError says what went wrong, and the hints behind the first line of err.
func (u *UI) ReportError(err error) { u.tell(u.Stderr, event{Event: "error"}, err.Error()) }

// ShowUsage shows all commands to whoever has named none.
func (u *UI) ShowUsage() {
	if u.Events {
		u.ReportError(ErrNoCommand)
		return
	}
	fmt.Fprint(u.Stderr, manual.Usage())
}

// WaitingForLock returns what to call when another process holds an origin.
func (u *UI) WaitingForLock(origin string) func() {
	return func() {
		u.tell(u.Stderr, event{Event: "waiting", Host: origin}, "waiting for another git command that is busy with "+origin)
	}
}

// WaitingForMachine is said when another machine of a fleet refreshes the token for all.
func (u *UI) WaitingForMachine(origin, hostname string) {
	u.tell(u.Stderr, event{Event: "waiting", Host: origin}, fmt.Sprintf("waiting for %s, which is refreshing the token for %s for all machines", hostname, origin))
}

// WaitingForSignIn is said when another process has the person sign in, until then at
// most; the zero time is not known.
func (u *UI) WaitingForSignIn(origin string, until time.Time) {
	message := fmt.Sprintf("waiting for the sign-in to %s that another git command has started", origin)
	if !until.IsZero() {
		message += fmt.Sprintf(" (%s, until %s at most)", timeLeft(until), until.Local().Format(time.TimeOnly))
	}
	u.tell(u.Stderr, event{Event: "waiting", Host: origin, Until: until}, message)
}

// OtherSignIn shows what the person needs to finish the sign-in of another process:
// the address, and the code to enter there, if there is one.
func (u *UI) OtherSignIn(origin, address, userCode string, until time.Time) {
	e := event{Event: "waiting", Host: origin, Address: address, Until: until}
	message := "to finish that sign-in from here, open its address on this machine:\n" + address
	if userCode != "" {
		e.Address, e.VerificationURI, e.UserCode = "", address, userCode
		message = fmt.Sprintf("to finish that sign-in from here, open %s on any device and enter the code %s\n%s", address, userCode, onlyIfYouStarted)
	}
	u.tell(u.Screen().Out, e, message)
}

// KeyringIsSlow is said while the keyring is waited for.
func (u *UI) KeyringIsSlow() {
	u.tell(u.Stderr, event{Event: "keyring_slow"}, "waiting for the keyring; its password dialog may be open on the desktop")
}

// KeyIsInFile is said at the first sign-in without a keyring, and at no other command:
// what stores a password speaks only of what has gone wrong.
func (u *UI) KeyIsInFile(directory string) {
	u.tell(u.Stderr, event{Event: "key_in_file"}, "no keyring is used here: the key that seals the tokens is in a file that only you can read, in "+directory)
}

// OtherHelpersKeep is said at a sign-in: from then on each command hands the token on.
func (u *UI) OtherHelpersKeep(origin string, helpers []string) {
	u.tell(u.Stderr, event{Event: "other_helpers", Host: origin}, fmt.Sprintf("git also tells the token for %s to: %s\n"+
		"so that doorkey alone has it, run: git credential-doorkey install", origin, strings.Join(helpers, ", ")))
}

// CertificateNotVerified is said whenever a server is talked to whose certificate nobody
// checks, as somebody has configured it for that host.
// toTrust is how to have the certificate of its authority trusted.
func (u *UI) CertificateNotVerified(origin, toTrust string) {
	u.tell(u.Stderr, event{Event: "not_verified", Host: origin}, fmt.Sprintf("the certificate of %s is not checked, as http.%s.sslVerify has it: anybody in between can take the tokens\n"+
		"better get the certificate of its authority, then %s", origin, origin, toTrust))
}

// LedElsewhere is said before a person is sent to a server of which doorkey itself
// was led away: the browser may be known to a gateway there, and doorkey not.
func (u *UI) LedElsewhere(origin, elsewhere string) {
	u.tell(u.Stderr, event{Event: "led_elsewhere", Host: origin}, fmt.Sprintf("%s redirects doorkey to %s: a gateway in front of it may not let doorkey through\n"+
		"if the sign-in fails after the browser, set http.%s.extraHeader or cookieFile to what the gateway wants, as for git", origin, elsewhere, origin))
}

// UsernameIsToken is said where git asks for the password of a token. Neither the
// token nor the path is shown: a command to be copied has nothing from outside.
func (u *UI) UsernameIsToken(origin string) {
	u.tell(u.Stderr, event{Event: "token_in_url", Host: origin}, fmt.Sprintf("the user name in the URL for %s is an access token, and no account of doorkey's\n"+
		"to take it out of a remote, run: git remote set-url origin %s/<path>\n"+
		"revoke it at the server: whoever can read git's configuration has it (it may also stand in credential.username)",
		origin, origin))
}

// NoClientID is said where doorkey knows what the host is and no application is set
// up. The title is that of the kind of server; arguments are those of setup.
func (u *UI) NoClientID(origin, title, arguments string) {
	host := origin
	if address, err := url.Parse(origin); err == nil {
		host = address.Host
	}
	way := "run"
	if u.Screen().CanType() && !u.Environment.IsOff("GIT_TERMINAL_PROMPT") {
		way = "press Ctrl-C when git asks for a user name, then run" // no password is of use there
	}
	u.tell(u.Stderr, event{Event: "no_client_id", Host: origin}, fmt.Sprintf("%s looks like %s, but no OAuth application is configured for it\n"+
		"%s: git credential-doorkey setup %s",
		host, title, way, arguments))
}
