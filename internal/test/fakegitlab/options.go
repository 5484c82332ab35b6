package fakegitlab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// DefaultClientID is the application ID of a server whose Options.ClientID is
// empty. GitLab's own IDs are 64 hexadecimal digits too.
const DefaultClientID = "d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0d00c0de0"

// minimumTokenLength makes tokens so long that they differ from other text when
// the server searches requests for them.
const minimumTokenLength = 32

// Options describe a server. Only Directory is required; the zero value of every
// other field is the behaviour of GitLab.com.
type Options struct {
	// Directory is where the server writes the CA file, the repositories and git's
	// home. It must exist, and belongs to one server.
	Directory string
	// Make is the make that the server imitates: "gitlab" (if empty), "github",
	// "gitea", "forgejo", "gitea-device", "bitbucket" or "bitbucket-data-center".
	Make string
	// Root is the relative URL root, such as "/gitlab"; "" for none.
	Root string

	// Name is the host name by which clients know the server, without a port, if a proxy
	// leads them to [Server.Address]. The URL contains it ("127.0.0.1" and the port if
	// empty).
	Name string

	// RequireClientCertificate closes connections of clients without a certificate
	// from the server's authority, see [Server.ClientCertificate].
	RequireClientCertificate bool

	// Gateway is a header, such as "X-Gate: open". As with a gateway in front of the
	// server, programs that do not send it are redirected to another host. Pages are
	// shown without it: the gateway knows the user's browser.
	Gateway string

	// ClientID is the application's ID (DefaultClientID if empty).
	ClientID string
	// ClientSecret makes the application confidential if it is not empty. At GitHub
	// and Bitbucket every application has a secret.
	ClientSecret string
	// RedirectURIs are the registered addresses ("http://127.0.0.1/" and
	// "http://127.0.0.1" if nil).
	RedirectURIs []string
	// Scopes are those ticked in the application (to read and to write repositories
	// if nil).
	Scopes []string

	// AccessTokenLifetime is how long an access token is valid (the default of the
	// make if 0: 7200 s at GitLab, unlimited at GitHub).
	AccessTokenLifetime time.Duration
	// TokenLength is the number of characters of each token (the default of the make
	// if 0: 64 at GitLab, 3,000 at Bitbucket).
	TokenLength int
	// ConsentAutomatically redirects the browser back at once, as GitLab does for
	// an application that an administrator marked as trusted.
	ConsentAutomatically bool
	// SendIssuer adds "iss" to the redirect (RFC 9207).
	SendIssuer bool
	// Issuer is the issuer that the server names (the server's URL if empty). The name
	// of another server simulates the mix-up attack of RFC 9207.
	Issuer string

	// DeviceFlowOff means that there is no device flow. As on a GitLab before 17.1, the
	// address leads to the sign-in page.
	DeviceFlowOff bool
	// DeviceInterval is the minimum time between two polls (5 s if 0). The server
	// tells the client whole seconds, rounded up.
	DeviceInterval time.Duration
	// DeviceLifetime is how long a device code is valid (300 s if 0).
	DeviceLifetime time.Duration
	// UserCode is the user code of every device (a new random one for each if empty).
	UserCode string
	// DeviceWithoutRefreshToken omits the refresh token from the answer of the device
	// flow.
	DeviceWithoutRefreshToken bool

	// Now returns the time (time.Now if nil).
	Now func() time.Time

	maker maker // the one that Make names
}

// complete returns the options with all defaults, or an error that names the
// invalid option.
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

// setDefault sets field to the value if field is zero.
func setDefault[T comparable](field *T, value T) {
	var none T
	if *field == none {
		*field = value
	}
}
