// Package ui has every message that doorkey shows to a user, and the errors and verdicts
// that commands share.
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

// UI talks to the user. These are its rules:
//
//   - errors and notes go to stderr, one per line: "doorkey: what happened", then
//     "hint: what to do next"; a terminal gets long lines broken between words;
//   - what the user has to act on goes to the terminal, even if an editor
//     captures stderr; without a terminal, as in CI, it goes to stderr;
//   - only a terminal gets control characters, and only from doorkey: text from
//     outside is shown without control and bidirectional characters, so that no
//     server can move the cursor or reorder the text;
//   - no message appears twice, and none appears if everything works by itself;
//   - with --events json, everything goes to stderr, one object per line.
type UI struct {
	Stderr      io.Writer
	Environment environment.Environment
	Events      bool // --events json
	NoTerminal  bool // the terminal of this process belongs to someone else

	mutex   sync.Mutex
	said    map[string]bool
	waiting bool // a countdown is on the last line

	opening sync.Once
	opened  *terminal.Screen
}

// Screen returns where prompts are shown. It is determined when the first prompt is
// needed, and never for a request that is answered from the cache.
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

// event is a line of --events json. docs/for-programs.md describes its fields; none is
// ever renamed.
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

// tell shows a message once, as text or as an event. The first line is what happened;
// the other lines are hints.
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
	columns := terminal.Columns(to)
	fmt.Fprintln(to, terminal.Fold("doorkey: "+lines[0], columns, 0))
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, "https:") || strings.HasPrefix(line, "http:") {
			fmt.Fprintln(to, "  "+line) // an address has its own line, to be copied
			continue
		}
		fmt.Fprintln(to, terminal.Fold("hint: "+line, columns, 0))
	}
}

// write writes an event. Programs may show its fields unchanged.
func (u *UI) write(e event) {
	for _, field := range []*string{&e.Host, &e.Address, &e.UserCode, &e.VerificationURI, &e.VerificationURIComplete, &e.Username} {
		*field = terminal.Printable(*field)
	}
	e.Scopes = allPrintable(e.Scopes)
	encoder := json.NewEncoder(u.Stderr)
	encoder.SetEscapeHTML(false) // keeps "&" in an address
	encoder.Encode(e)
}

func allPrintable(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = terminal.Printable(text)
	}
	return shown
}

// ReportError shows what went wrong, and the hints after the first line of err.
func (u *UI) ReportError(err error) { u.tell(u.Stderr, event{Event: "error"}, err.Error()) }

// ShowUsage shows all commands after a command line without one.
func (u *UI) ShowUsage() {
	if u.Events {
		u.ReportError(ErrNoCommand)
		return
	}
	fmt.Fprint(u.Stderr, manual.Usage())
}

// WaitingForLock returns the function to call when another process holds the lock of an
// origin.
func (u *UI) WaitingForLock(origin string) func() {
	return func() {
		u.tell(u.Stderr, event{Event: "waiting", Host: origin}, "waiting for another git command that uses "+origin)
	}
}

// WaitingForMachine reports that another machine of a fleet is refreshing the token.
func (u *UI) WaitingForMachine(origin, hostname string) {
	u.tell(u.Stderr, event{Event: "waiting", Host: origin}, fmt.Sprintf("waiting for %s, which is refreshing the token for %s for all machines of the fleet", hostname, origin))
}

// WaitingForSignIn reports that another process is asking the user to sign in, until the
// given time at most. The zero time means unknown.
func (u *UI) WaitingForSignIn(origin string, until time.Time) {
	message := fmt.Sprintf("waiting for the sign-in to %s that another git command started", origin)
	if !until.IsZero() {
		message += fmt.Sprintf(" (%s, until %s at most)", timeLeft(until), until.Local().Format(time.TimeOnly))
	}
	u.tell(u.Stderr, event{Event: "waiting", Host: origin, Until: until}, message)
}

// OtherSignIn shows what the user needs to finish the sign-in of another process: the
// address and, if there is one, the code.
func (u *UI) OtherSignIn(origin, address, userCode string, until time.Time) {
	e := event{Event: "waiting", Host: origin, Address: address, Until: until}
	message := "to finish that sign-in here, open its address on this machine:\n" + address
	if userCode != "" {
		e.Address, e.VerificationURI, e.UserCode = "", address, userCode
		message = fmt.Sprintf("to finish that sign-in here, open %s on any device and enter the code %s\n%s", address, userCode, onlyIfYouStarted)
	}
	u.tell(u.Screen().Out, e, message)
}

// KeyringIsSlow is shown while doorkey waits for the keyring.
func (u *UI) KeyringIsSlow() {
	u.tell(u.Stderr, event{Event: "keyring_slow"}, "waiting for the keyring; its password dialog may be open on the desktop")
}

// KeyIsInFile is shown at the first sign-in without a keyring, and at no other command:
// commands that store a password report only failures.
func (u *UI) KeyIsInFile(directory string) {
	u.tell(u.Stderr, event{Event: "key_in_file"}, "no system keyring is used; the encryption key is in a file that only you can read, in "+directory)
}

// OtherHelpersKeep is shown at a sign-in: from then on, each command passes the token to
// the other helpers.
func (u *UI) OtherHelpersKeep(origin string, helpers []string) {
	u.tell(u.Stderr, event{Event: "other_helpers", Host: origin}, fmt.Sprintf("git also passes the token for %s to: %s\n"+
		"to store it only in doorkey, run: git credential-doorkey install", origin, strings.Join(helpers, ", ")))
}

// CertificateNotVerified is shown for every connection to a server whose certificate is
// not verified because of a setting for that host. toTrust says how to trust the
// certificate's authority.
func (u *UI) CertificateNotVerified(origin, toTrust string) {
	u.tell(u.Stderr, event{Event: "not_verified", Host: origin}, fmt.Sprintf("the certificate of %s is not verified, because http.%s.sslVerify is false: anyone on the network path can steal the tokens\n"+
		"get the certificate of its authority instead, then %s", origin, origin, toTrust))
}

// RedirectedElsewhere is shown before the user is sent to a server that redirected doorkey to
// another origin: a gateway there may know the browser but not doorkey.
func (u *UI) RedirectedElsewhere(origin, elsewhere string) {
	u.tell(u.Stderr, event{Event: "led_elsewhere", Host: origin}, fmt.Sprintf("%s redirects doorkey to %s: a gateway in front of it may block doorkey\n"+
		"if the sign-in fails after the browser step, set http.%s.extraHeader or cookieFile to what the gateway requires, as you would for git", origin, elsewhere, origin))
}

// UsernameIsToken is shown if git asks for the password of a token. It shows neither the
// token nor the path: a command to be copied contains nothing from outside.
func (u *UI) UsernameIsToken(origin string) {
	u.tell(u.Stderr, event{Event: "token_in_url", Host: origin}, fmt.Sprintf("the user name in the URL for %s is an access token, not a doorkey account\n"+
		"to remove it from a remote, run: git remote set-url origin %s/<path>\n"+
		"revoke it on the server: anyone who can read git's configuration can read it (also check credential.username)",
		origin, origin))
}

// NoClientID is shown if doorkey recognizes the server but no application is configured
// for it. The title names the kind of server; arguments are those of setup.
func (u *UI) NoClientID(origin, title, arguments string) {
	host := origin
	if address, err := url.Parse(origin); err == nil {
		host = address.Host
	}
	way := "run"
	if u.Screen().CanType() && !u.Environment.IsOff("GIT_TERMINAL_PROMPT") {
		way = "press Ctrl-C when git asks for a user name, then run" // doorkey needs no password
	}
	u.tell(u.Stderr, event{Event: "no_client_id", Host: origin}, fmt.Sprintf("%s looks like %s, but no OAuth application is configured for it\n"+
		"%s: git credential-doorkey setup %s",
		host, title, way, arguments))
}
