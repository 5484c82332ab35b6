package oauthflow

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// metadata is what an authorization server publishes about itself: RFC 8414 section 2,
// or OpenID Connect Discovery 1.0 section 3.
type metadata struct {
	issuer      string
	authURL     string
	tokenURL    string
	deviceURL   string   // RFC 8628 section 4; "" if it has none
	revokeURL   string   // RFC 8414 section 2; "" if it has none
	methods     []string // of PKCE; nil if it does not say
	sendsIssuer bool     // RFC 9207 section 3
}

// readMetadata reads a document. It finds none in a page, or in an object without an
// issuer and the two endpoints of a sign-in.
func readMetadata(body []byte) (m metadata, found bool) {
	answer := readFields(body)
	m = metadata{
		issuer: answer.text("issuer"), authURL: answer.text("authorization_endpoint"), tokenURL: answer.text("token_endpoint"),
		deviceURL: answer.text("device_authorization_endpoint"), revokeURL: answer.text("revocation_endpoint"),
		methods: answer.texts("code_challenge_methods_supported"),
	}
	m.sendsIssuer, _ = answer["authorization_response_iss_parameter_supported"].(bool)
	return m, m.issuer != "" && m.authURL != "" && m.tokenURL != ""
}

// check compares a document with the issuer at whose location it was found (RFC 8414
// section 3.3) and says why it is invalid. An issuer with a slash at its end, as on
// Gitea, has the same location.
func (m metadata) check(issuer string) error {
	if m.issuer != issuer && m.issuer != issuer+"/" {
		return fmt.Errorf("their issuer is %q instead of %q", oneLine(m.issuer), issuer)
	}
	if m.methods != nil && !slices.Contains(m.methods, "S256") {
		return fmt.Errorf("the server does not support PKCE with S256 (RFC 7636), only %q", m.methods)
	}
	return nil
}

// kind returns the row that a server below a root belongs to, by the paths of its
// endpoints. Their scheme and port are ignored: a GitLab behind a proxy may get those
// wrong, and a row needs none of its addresses.
func (m metadata) kind(base *url.URL, root string) (kind, bool) {
	return firstKind(func(k kind) bool {
		return isBelow(base, m.issuer, root+k.issuerPath) && isBelow(base, m.authURL, root+k.authPath) && isBelow(base, m.tokenURL, root+k.tokenPath)
	})
}

// ownDevice returns the device authorization endpoint if it is on the git host itself,
// else "".
func (m metadata) ownDevice(base *url.URL) string {
	address, err := endpointURL(base, "", m.deviceURL, "")
	if err != nil || address == "" || !sameOrigin(address, base.String()) {
		return ""
	}
	return address
}

// isBelow reports whether an address is a path of the host.
func isBelow(base *url.URL, given, path string) bool {
	address, err := url.Parse(given)
	return err == nil && strings.EqualFold(address.Hostname(), base.Hostname()) &&
		strings.TrimSuffix(address.Path, "/") == path
}

// settings adds the endpoints to the configured ones, which override them. All of them
// must be on the git host itself: nobody else may redirect its tokens. It ignores
// scopes: what a server can grant is not what git needs.
func (m metadata) settings(base *url.URL, configured Settings) (Settings, error) {
	for _, endpoint := range []struct {
		name, given string
		field       *string
	}{
		{"authorization_endpoint", m.authURL, &configured.AuthURL},
		{"token_endpoint", m.tokenURL, &configured.TokenURL},
		{"device_authorization_endpoint", m.deviceURL, &configured.DeviceAuthURL},
		{"revocation_endpoint", m.revokeURL, &configured.RevokeURL},
	} {
		if endpoint.given == "" {
			continue
		}
		address, err := endpointURL(base, "", endpoint.given, "")
		if err != nil {
			return Settings{}, fmt.Errorf("the %s %q: %v", endpoint.name, oneLine(endpoint.given), err)
		}
		if !sameOrigin(address, base.String()) {
			return Settings{}, fmt.Errorf("the %s %q is not at %q", endpoint.name, oneLine(endpoint.given), base)
		}
		if *endpoint.field == "" {
			*endpoint.field = address
		}
	}
	return configured, nil
}
