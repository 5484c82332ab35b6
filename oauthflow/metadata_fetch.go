package oauthflow

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// unusableMetadataError is for metadata that exist but are invalid.
type unusableMetadataError struct {
	address string
	reason  error
}

func (e *unusableMetadataError) Error() string {
	return fmt.Sprintf("the metadata at %s are invalid: %v", e.address, e.reason)
}

// byMetadata looks for metadata of a server below a root.
func (c Client) byMetadata(ctx context.Context, base *url.URL, root string) (Found, error) {
	for _, place := range places(base.String(), root) {
		body, err := c.fetch(ctx, place.address)
		if err != nil {
			return Found{}, err
		}
		m, found := readMetadata(body)
		if !found {
			continue
		}
		if err := m.check(place.issuer); err != nil {
			return Found{}, &unusableMetadataError{place.address, err}
		}
		if k, known := m.kind(base, root); known {
			found := k.found(base, root)
			found.metadata = m
			if k.deviceByMetadata {
				found.setDevice(m.ownDevice(base))
			}
			return found, nil
		}
		if _, err := m.settings(base, Settings{}); err != nil {
			return Found{}, &unusableMetadataError{place.address, err}
		}
		return Found{
			Kind: unlisted().name, Title: unlisted().title, Root: root, AuthURL: m.authURL, TokenURL: m.tokenURL,
			HasDeviceFlow: m.deviceURL != "", RedirectURL: defaultRedirectURL, kind: unlisted(), metadata: m,
		}, nil
	}
	return Found{}, nil
}

// place is an address for metadata, and the issuer that belongs there.
type place struct{ address, issuer string }

// places lists where the metadata of a server below a root may be: RFC 8414 section 3
// puts the issuer's path after the well-known path, OpenID Connect Discovery (section 4)
// before it.
func places(origin, root string) []place {
	const wellKnown = "/.well-known/oauth-authorization-server"
	list := []place{{origin + wellKnown + root, origin + root}}
	for _, k := range kinds() {
		if root == "" && k.issuerPath != "" {
			list = append(list, place{origin + wellKnown + k.issuerPath, origin + k.issuerPath})
		}
	}
	return append(list, openIDPlace(origin+root))
}

func openIDPlace(issuer string) place {
	return place{issuer + "/.well-known/openid-configuration", issuer}
}

// fetch gets a document, or nil if there is none.
func (c Client) fetch(ctx context.Context, address string) ([]byte, error) {
	response, err := c.get(ctx, address)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, nil
	}
	return io.ReadAll(io.LimitReader(response.Body, largestMetadata))
}

// challengesAt returns the challenges that git would get below an address, for a
// repository that does not exist.
func (c Client) challengesAt(ctx context.Context, address string) ([]string, error) {
	response, err := c.get(ctx, address+"/doorkey/doorkey.git/info/refs?service=git-upload-pack")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return response.Header.Values("WWW-Authenticate"), nil
}

func (c Client) get(ctx context.Context, address string) (*http.Response, error) {
	return c.ask(ctx, http.MethodGet, address)
}

// ask sends a request without a body. It fails as post does.
func (c Client) ask(ctx context.Context, method, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := c.HTTP.Do(request)
	return response, plain(err)
}

// hasDeviceFlow finds out what the kind does not say.
func (c Client) hasDeviceFlow(ctx context.Context, base *url.URL, found Found) (bool, error) {
	return c.TryDevice(ctx, Provider{DeviceAuthURL: base.String() + found.Root + found.kind.deviceAuthPath})
}
