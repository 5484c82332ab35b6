// Package credential implements the protocol between git and a credential helper, as
// gitcredentials(7) and git-credential(1) of git 2.55 describe it: lines of "key=value"
// on standard input and output.
//
// It does not depend on OAuth or on where credentials are stored.
package credential

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// Request is what git sends to a helper: for get, what it asks for; for store and erase,
// the credential that the server accepted or rejected. A field that git did not send has
// its zero value.
//
// The attribute "url" has no field: git splits it and sends its parts.
type Request struct {
	Protocol string // "https", "http", …
	Host     string // host name or address, with ":port" if the URL has one
	Path     string // only with credential.useHttpPath

	Username      string
	UsernameGiven bool // distinguishes an empty user name from a missing one
	Password      secret.Text

	PasswordExpiry    time.Time   // password_expiry_utc (git 2.40), zero if none
	OAuthRefreshToken secret.Text // oauth_refresh_token (git 2.41)

	// WWWAuthenticate has the values of the server's WWW-Authenticate headers
	// in the server's order (wwwauth[], git 2.41).
	WWWAuthenticate []string

	Capabilities []string // capability[] (git 2.46): what git understands
	State        []string // state[] (git 2.46): what helpers said earlier in this command
	AuthType     string   // authtype (git 2.46): "Basic", "Bearer", …
	Credential   secret.Text
	Ephemeral    bool // ephemeral (git 2.46): the credential is not to be stored
}

// defaultPorts are the ports that an origin does not name.
var defaultPorts = map[string]string{"https": "443", "http": "80"}

// Origin returns the place that the request is about as scheme, host and port
// ("https://gitlab.example.com:8443"), in a canonical form: lower case, without a
// default port. It returns "" if the request names no protocol or no host, so that
// nobody can answer it.
//
// The passphrase of a certificate has no host ("cert://"): git asks for it by the path
// of its file.
func (r Request) Origin() string {
	if r.Protocol == "" || r.Host == "" && (r.Protocol != "cert" || r.Path == "") {
		return ""
	}
	scheme, host := lowerASCII(r.Protocol), lowerASCII(r.Host)
	if name, port := splitPort(host); port == "" || port == defaultPorts[scheme] {
		host = name
	}
	return scheme + "://" + host
}

// URL returns what the request asks about as a URL, the one with which git looks up its
// settings. It contains no password.
func (r Request) URL() *url.URL {
	address := &url.URL{Scheme: r.Protocol, Host: r.Host, Path: "/" + r.Path}
	if r.Username != "" {
		address.User = url.User(r.Username)
	}
	return address
}

// Offers reports whether git understands a capability ("authtype", "state").
func (r Request) Offers(capability string) bool {
	return slices.Contains(r.Capabilities, capability)
}

// lowerASCII lowers only A to Z. Unicode's lower case would merge two hosts: the Kelvin
// sign becomes the letter k.
func lowerASCII(text string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, text)
}
