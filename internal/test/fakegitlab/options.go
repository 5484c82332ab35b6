package fakegitlab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// DefaultClientID is the application ID that a server knows when
// Options.ClientID is empty. GitLab's own IDs are 64 hexadecimal digits too.
const DefaultClientID = "d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0"

// minimumTokenLength keeps tokens long enough to be told from other text when
// requests are searched for them.
const minimumTokenLength = 32

// Options say what a server is like. Only Directory is required; the zero
// value of every other field is what GitLab.com does.
type Options struct {
	// Directory receives the CA file, the repositories and git's home. It must
	// exist, and belongs to one server.
	Directory string
	// Make is whose server it plays: "gitlab" (when empty), "github", "gitea",
	// "forgejo", "gitea-device", "bitbucket" or "bitbucket-data-center".
	Make string
	// Root is the relative URL root, such as "/gitlab"; "" for none.
	Root string

	// Name is the host name by which people know the server, without a port, where a
	// proxy leads them to [Server.Address]. The URL has it ("127.0.0.1" and the port
	// when empty).
	Name string

	// RequireClientCertificate ends connections of clients that do not show a
	// certificate of the server's authority, see [Server.ClientCertificate].
	RequireClientCertificate bool

	// Gateway is a header, "X-Gate: open", without which programs are redirected to
	// another host, as by a gateway in front. Pages are shown to everybody: the
	// person's browser is known to the gateway.
	Gateway string

	// ClientID is the application's ID (DefaultClientID when empty).
	ClientID string
	// ClientSecret makes the application confidential when it is not empty. At
	// GitHub and Bitbucket every application has one.
	ClientSecret string
	// RedirectURIs are the registered addresses ("http://127.0.0.1/" and
	// "http://127.0.0.1" when nil).
	RedirectURIs []string
	// Scopes are those ticked in the application (to read and to write
	// repositories when nil).
	Scopes []string

	// AccessTokenLifetime is how long an access token is good (the make's own
	// when 0: 7200 s at GitLab, without an end at GitHub).
	AccessTokenLifetime time.Duration
	// TokenLength is the number of characters of each token (the make's own
	// when 0: 64 at GitLab, 3,000 at Bitbucket).
	TokenLength int
	// ConsentAutomatically sends the browser straight back, as GitLab does for
	// an application that an administrator marked as trusted.
	ConsentAutomatically bool
	// SendIssuer adds "iss" to the redirect (RFC 9207).
	SendIssuer bool
	// Issuer is the issuer that is named (the server's URL when empty). Another
	// server's name here plays the mix-up attack of RFC 9207.
	Issuer string

	// DeviceFlowOff answers 404 for the device flow, as GitLab before 17.3 does.
	DeviceFlowOff bool
	// DeviceInterval is the least time between two polls (5 s when 0). The
	// client is told whole seconds, rounded up.
	DeviceInterval time.Duration
	// DeviceLifetime is how long a device code is good (300 s when 0).
	DeviceLifetime time.Duration
	// UserCode is the user code of every device (a new random one for each when empty).
	UserCode string
	// DeviceWithoutRefreshToken leaves the refresh token out of the answer to
	// the device flow.
	DeviceWithoutRefreshToken bool

	// Now tells the time (time.Now when nil).
	Now func() time.Time

	maker maker // that Make names
}

// complete returns the options with every default filled in, or an error that
// names the option that makes no sense.
func (o Options) complete() (Options, error) {
	if o.Directory == "" {
		return o, errors.New("fakegitlab: option Directory is empty")
	}
	if o.Root != "" && (!strings.HasPrefix(o.Root, "/") || strings.HasSuffix(o.Root, "/")) {
		return o, fmt.Errorf("fakegitlab: option Root is %q: it starts with a slash and ends without one", o.Root)
	}
	var err error
	if o.maker, err = makerNamed(o.Make); err != nil {
		return o, err
	}
	setDefault(&o.ClientID, DefaultClientID)
	setDefault(&o.ClientSecret, o.maker.clientSecret)
	setDefault(&o.AccessTokenLifetime, o.maker.lifetime)
	setDefault(&o.TokenLength, o.maker.tokenLength)
	setDefault(&o.DeviceInterval, 5*time.Second)
	setDefault(&o.DeviceLifetime, 300*time.Second)
	if o.TokenLength < minimumTokenLength {
		return o, fmt.Errorf("fakegitlab: option TokenLength is %d: at least %d are needed", o.TokenLength, minimumTokenLength)
	}
	if o.RedirectURIs == nil {
		o.RedirectURIs = []string{"http://127.0.0.1/", "http://127.0.0.1"}
	}
	if o.Scopes == nil {
		o.Scopes = slices.Clone(o.maker.scopes)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o, nil
}

// setDefault gives field the value where it has none.
func setDefault[T comparable](field *T, value T) {
	var none T
	if *field == none {
		*field = value
	}
}
