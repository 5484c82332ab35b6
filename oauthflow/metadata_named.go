package oauthflow

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Kinds returns the kinds of servers that doorkey knows, as in credential.oauthProvider.
func Kinds() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// KindToName returns the kind of a host if Discover may not find it out again, because
// only the challenge of one repository revealed it. It returns "" for a kind that the
// host name reveals, and for a kind with a fork, which only the server can tell.
func KindToName(origin, name string) string {
	base, err := url.Parse(origin)
	known, found := kindNamed(name)
	if err != nil || !found || known.fork.path != "" {
		return ""
	}
	if told, found := detect(base.Hostname(), nil, ""); found && told.name == name {
		return ""
	}
	return name
}

// DiscoverAs is Discover for a server whose kind the user has named: it looks only for
// the root. The host name overrides the named kind. It finds nothing if no root has the
// token endpoint of that kind.
func (c Client) DiscoverAs(ctx context.Context, origin, path, name string) (Found, error) {
	found, err := c.Discover(ctx, origin, path)
	named, known := kindNamed(name)
	base, failure := url.Parse(origin)
	reachable := err == nil || errors.As(err, new(*unusableMetadataError))
	if !reachable || failure != nil || !known || found.Kind == name {
		return found, err
	}
	if _, told := kindAt(base.Hostname()); told {
		return found, err
	}
	roots := upwards(path)
	if found.Root != "" {
		roots = []string{found.Root}
	}
	root, is, err := c.rootOf(ctx, base, named, roots)
	if err != nil || !is {
		return Found{}, err
	}
	found = c.addDevice(ctx, base, named.found(base, root))
	if named.mayLackDevice {
		found.HasDeviceFlow, err = c.hasDeviceFlow(ctx, base, found)
	}
	return found, err
}

// upwards returns the roots of a path, the root of the host first.
func upwards(path string) []string {
	list := roots(path)
	slices.Reverse(list)
	return list
}

// isEndpoint finds out whether an endpoint answers at an address. It sends an empty form,
// which the endpoint rejects; isAbsent recognizes answers of anything else.
func (c Client) isEndpoint(ctx context.Context, address string, isAbsent func(fields, error) bool) (bool, error) {
	given, err := c.post(ctx, Provider{}, address, url.Values{})
	var answer *Error
	if err != nil && !errors.As(err, &answer) {
		return false, err
	}
	return !isAbsent(given, err), nil
}

// byRepository looks for the challenge where git itself asks: some servers send it only
// for repositories that exist. The challenge does not reveal the root.
func (c Client) byRepository(ctx context.Context, base *url.URL, path string) (Found, error) {
	if path = strings.Trim(path, "/"); path == "" {
		return Found{}, nil
	}
	address := url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/" + path + "/info/refs", RawQuery: "service=git-upload-pack"}
	response, err := c.ask(ctx, http.MethodGet, address.String())
	if err != nil {
		return Found{}, err
	}
	defer response.Body.Close()
	challenges := response.Header.Values("WWW-Authenticate")
	k, known := firstKind(func(k kind) bool { return k.challenges(challenges) })
	if !known {
		return Found{}, nil
	}
	root, _, err := c.rootOf(ctx, base, k, upwards(path))
	return k.found(base, root), err
}

// rootOf finds the root that has the token endpoint of a kind.
func (c Client) rootOf(ctx context.Context, base *url.URL, k kind, roots []string) (root string, found bool, err error) {
	isAbsent := func(answer fields, err error) bool { return isNoEndpoint(err) || isEmpty(answer, err) }
	for _, root := range roots {
		if is, err := c.isEndpoint(ctx, base.String()+root+k.tokenPath, isAbsent); err != nil || is {
			return root, is, err
		}
	}
	return "", false, nil
}
