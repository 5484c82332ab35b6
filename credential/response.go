package credential

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// Response is a helper's answer to get. The zero value is "I do not know": nothing is
// written, and git asks its next helper or the user.
type Response struct {
	Username      string
	UsernameGiven bool // writes the user name even when it is empty
	Password      secret.Text

	PasswordExpiry    time.Time   // zero: none; whole seconds are written
	OAuthRefreshToken secret.Text // for a storage helper after this one

	Capabilities []string // those that the answer uses
	AuthType     string
	Credential   secret.Text
	Ephemeral    bool
	State        []string
	Continue     bool
	Quit         bool // git stops, and asks neither its next helper nor the user
}

// Write writes the whole response at once, or nothing: git uses what it reads even from
// a helper that fails afterwards. It rejects a value with a line break or a NUL, which
// would let a server add lines.
func (r Response) Write(out io.Writer) error {
	var lines bytes.Buffer
	for _, pair := range r.pairs() {
		if strings.ContainsAny(pair[1], "\n\r\x00") {
			return fmt.Errorf("%q of the answer contains a line break or a NUL byte, so nothing was returned to git", pair[0])
		}
		lines.WriteString(pair[0] + "=" + pair[1] + "\n")
	}
	_, err := out.Write(lines.Bytes())
	return err
}

// pairs lists keys and values in the order in which they are written: capabilities
// first, as git requires for those that it must know beforehand.
func (r Response) pairs() (pairs [][2]string) {
	add := func(key, value string) { pairs = append(pairs, [2]string{key, value}) }
	addTrue := func(key string, value bool) {
		if value {
			add(key, "1")
		}
	}
	addSecret := func(key string, value secret.Text) {
		if value.IsSet() {
			add(key, value.Reveal())
		}
	}
	for _, capability := range r.Capabilities {
		add("capability[]", capability)
	}
	if r.AuthType != "" {
		add("authtype", r.AuthType)
	}
	addSecret("credential", r.Credential)
	addTrue("ephemeral", r.Ephemeral)
	if r.Username != "" || r.UsernameGiven {
		add("username", r.Username)
	}
	addSecret("password", r.Password)
	if !r.PasswordExpiry.IsZero() {
		add("password_expiry_utc", strconv.FormatInt(r.PasswordExpiry.Unix(), 10))
	}
	addSecret("oauth_refresh_token", r.OAuthRefreshToken)
	for _, state := range r.State {
		add("state[]", state)
	}
	addTrue("continue", r.Continue)
	addTrue("quit", r.Quit)
	return pairs
}

// WriteCapabilities answers the verb "capability" (git 2.46).
func WriteCapabilities(out io.Writer, capabilities ...string) error {
	lines := "version 0\n"
	for _, capability := range capabilities {
		lines += "capability " + capability + "\n"
	}
	_, err := io.WriteString(out, lines)
	return err
}
