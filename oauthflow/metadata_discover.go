package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Found is what Discover finds out about a server. The zero value means nothing.
type Found struct {
	Kind            string   // "gitlab", "github", …; "oauth" for another server with metadata; "" if nothing is known
	Title           string   // the kind for people: "GitLab"
	Root            string   // relative URL root: "/gitlab"; "" for the host's root
	AuthURL         string   // authorization endpoint: set oauthAuthURL to it to specify the root
	TokenURL        string   // token endpoint
	DeviceAuthURL   string   // device authorization endpoint, if only the server's metadata have it: set oauthDeviceAuthURL to it
	HasDeviceFlow   bool     // it supports sign-in by device code
	NeedsSecret     bool     // sign-in with the browser requires the application's secret
	Scopes          []string // that git needs
	RedirectURL     string   // to register
	ApplicationsURL string   // page where users register an application; "" if unknown

	kind     kind
	metadata metadata // if it revealed the kind
}

// Limits of a discovery.
const (
	discoveryTime   = 30 * time.Second
	largestMetadata = 64 << 10 // bytes
	deepestRoot     = 4        // elements of a path that may be a relative URL root
)

// Discover asks what kind of server an origin ("https://example.com") is, and below
// which root it runs. It searches for the root along a path (of a repository, for
// example, or ""), from the end to the start. It sends no secret and follows no
// redirect.
//
// It uses these signs, in this order: the host name, if a table has it; the server's
// metadata (RFC 8414, OpenID Connect Discovery); the challenge that git would get; the
// first label of the host name; the challenge for the path itself. A separate document
// identifies a fork of what was found. It fails with a *ConnectionError if the server
// cannot be reached or does not answer within half a minute, and on metadata that are
// invalid.
func (c Client) Discover(ctx context.Context, origin, path string) (Found, error) {
	base, err := url.Parse(origin)
	if err != nil || !carriesTokens(base) {
		return Found{}, fmt.Errorf("%q is not an https URL of a host", origin)
	}
	base = &url.URL{Scheme: base.Scheme, Host: strings.ToLower(base.Host)}
	ctx, cancel := context.WithTimeoutCause(ctx, discoveryTime, errNoAnswer)
	defer cancel()
	found, err := c.recognise(ctx, base, path, roots(path)) // the user has named the path
	if err == nil {
		found = c.tellFork(ctx, base, found)
	}
	if err == nil && found.kind.mayLackDevice {
		found.HasDeviceFlow, err = c.hasDeviceFlow(ctx, base, found)
	}
	return found, err
}

// recognise checks the signs. Metadata reveal the root: it asks for them in the order of
// the roots. A challenge does not (GitLab has groups in groups): the shortest path with
// a challenge is the root.
func (c Client) recognise(ctx context.Context, base *url.URL, path string, roots []string) (Found, error) {
	if k, found := kindAt(base.Hostname()); found {
		return c.addDevice(ctx, base, k.found(base, "")), nil
	}
	var unusable error
	for _, root := range roots {
		found, err := c.byMetadata(ctx, base, root)
		var refused *unusableMetadataError
		if errors.As(err, &refused) {
			unusable = errors.Join(unusable, err)
			continue
		}
		if err != nil || found.Kind != "" {
			return found, err
		}
	}
	if found, err := c.byChallenge(ctx, base, roots, ""); err != nil || found.Kind != "" {
		return found, err
	}
	if k, found := kindByLabel(base.Hostname()); found {
		return k.found(base, ""), nil
	}
	if found, err := c.byChallenge(ctx, base, roots, dataCenterGitPath); err != nil || found.Kind != "" {
		return found, err
	}
	if found, err := c.byRepository(ctx, base, path); err != nil || found.Kind != "" {
		return found, err
	}
	return Found{}, unusable
}

// dataCenterGitPath is where a Bitbucket Data Center has its repositories, below its
// context path. It sends git no challenge anywhere else.
const dataCenterGitPath = "/scm"

// byChallenge looks for a challenge to git at a path below each root, the shortest
// root first.
func (c Client) byChallenge(ctx context.Context, base *url.URL, roots []string, gitPath string) (Found, error) {
	for _, root := range slices.SortedFunc(slices.Values(roots), func(a, b string) int { return len(a) - len(b) }) {
		challenges, err := c.challengesAt(ctx, base.String()+root+gitPath)
		if err != nil {
			return Found{}, err
		}
		if k, known := firstKind(func(k kind) bool { return k.challenges(challenges) }); known {
			return k.found(base, strings.TrimSuffix(root, k.gitPath)), nil
		}
	}
	return Found{}, nil
}

// roots lists the paths below which a server may run, the longest first, and "" last.
func roots(path string) []string {
	list := []string{""}
	for element := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if element == "" || element == "-" || strings.HasPrefix(element, ".") || strings.HasSuffix(element, ".git") || len(list) > deepestRoot {
			break
		}
		list = append(list, list[len(list)-1]+"/"+url.PathEscape(element))
	}
	slices.Reverse(list)
	return list
}

// found returns what is known about every server of a kind.
func (k kind) found(base *url.URL, root string) Found {
	base = k.homeOf(base)
	found := Found{
		Kind: k.name, Title: k.title, Root: root, kind: k, Scopes: k.scopes, NeedsSecret: k.needsSecret,
		AuthURL: base.String() + root + k.authPath, TokenURL: base.String() + root + k.tokenPath,
		HasDeviceFlow: k.deviceAuthPath != "", RedirectURL: k.redirect(),
	}
	if k.applicationsPath != "" {
		found.ApplicationsURL = base.String() + root + k.applicationsPath
	}
	return found
}
