package oauthflow

import (
	"context"
	"net/url"
	"strings"
)

// setDevice adds a device authorization endpoint, which may be "".
func (f *Found) setDevice(address string) {
	f.DeviceAuthURL, f.HasDeviceFlow = address, address != ""
}

// addDevice looks for a device authorization endpoint that only the server's metadata
// name.
func (c Client) addDevice(ctx context.Context, base *url.URL, found Found) Found {
	if found.kind.deviceByMetadata {
		found.setDevice(c.deviceByMetadata(ctx, base, found.Root))
	}
	return found
}

// findDevice does the same for a provider that was made from the settings: the server may
// have been updated since, or is known by its name alone.
func (c Client) findDevice(ctx context.Context, provider Provider) Provider {
	k, _ := kindNamed(provider.Kind)
	address, err := url.Parse(provider.TokenURL)
	if err != nil || !k.deviceByMetadata || provider.DeviceAuthURL != "" {
		return provider
	}
	if root, found := strings.CutSuffix(address.Path, k.tokenPath); found {
		provider.DeviceAuthURL = c.deviceByMetadata(ctx, &url.URL{Scheme: address.Scheme, Host: address.Host}, root)
	}
	return provider
}

// deviceByMetadata asks the server of a known kind, in one request, for its device
// authorization endpoint. It returns "" if there is none, and after any failure.
func (c Client) deviceByMetadata(ctx context.Context, base *url.URL, root string) string {
	ctx, cancel := context.WithTimeout(ctx, identityTime)
	defer cancel()
	place := openIDPlace(base.String() + root)
	body, err := c.fetch(ctx, place.address)
	m, found := readMetadata(body)
	if err != nil || !found || m.check(place.issuer) != nil {
		return ""
	}
	return m.ownDevice(base)
}
