package engines

import (
	"net/http"
	"net/url"
	"testing"
)

// askForDevice starts the sign-in of a device (RFC 8628 section 3.1).
func (c client) askForDevice() answer {
	c.t.Helper()
	return c.post(c.DeviceAuthURL, url.Values{"client_id": {c.ClientID}, "scope": {bothScopes}})
}

// approvedDevice returns a device whose code the user has approved.
func (c client) approvedDevice() answer {
	c.t.Helper()
	device := c.askForDevice()
	c.must(c.ApproveDevice(device.VerificationURIComplete))
	return device
}

// poll asks for the tokens (RFC 8628 section 3.4).
func (c client) poll(deviceCode string) answer {
	c.t.Helper()
	return c.post(c.TokenURL, url.Values{"grant_type": {deviceGrant}, "client_id": {c.ClientID}, "device_code": {deviceCode}})
}

func TestDeviceFromCodeToTokens(t *testing.T) {
	c := oidcProvider.client(t)
	device := c.askForDevice()
	if device.Status != http.StatusOK || device.ExpiresIn != 600 || device.Interval != nil {
		t.Errorf("device authorization: %+v, want 600 s and no interval", device)
	}
	if want := device.VerificationURI + "?user_code=" + device.UserCode; device.VerificationURIComplete != want {
		t.Errorf("complete address %q, want %q", device.VerificationURIComplete, want)
	}
	c.wantResult("first poll", c.poll(device.DeviceCode), "400 authorization_pending")
	c.wantResult("poll at once", c.poll(device.DeviceCode), "400 authorization_pending")

	c.must(c.ApproveDevice(device.VerificationURIComplete))
	c.wantTokens("poll after approval", c.poll(device.DeviceCode))
	c.wantCounts(nil, map[string]int{"device_authorization": 1, deviceGrant: 3, deviceGrant + " failed": 2})
}

func TestDeviceIsDenied(t *testing.T) {
	c := oidcProvider.client(t)
	device := c.askForDevice()
	abort := step{confirmUserCode.form, url.Values{"abort": {"yes"}}}
	b, err := c.walk(device.VerificationURIComplete, sendUserCode, abort)
	c.must(err)
	c.must(b.expect("The Sign-in request was interrupted"))
	c.wantResult("poll after denial", c.poll(device.DeviceCode), "400 access_denied")
	if err := c.ApproveDevice(device.VerificationURIComplete); err == nil {
		t.Error("a denied code was approved")
	}
}

func TestDeviceRequestIsRejected(t *testing.T) {
	c := oidcProvider.client(t)
	rows := []struct {
		name   string
		url    string
		fields url.Values
		want   string
	}{
		{"unknown client", c.DeviceAuthURL, url.Values{"client_id": {"nobody"}}, "401 invalid_client"},
		{"no client", c.DeviceAuthURL, url.Values{"scope": {bothScopes}}, "400 invalid_request"},
		{"unknown device code", c.TokenURL, url.Values{"client_id": {c.ClientID}, "grant_type": {deviceGrant}, "device_code": {"nothing"}}, "400 invalid_grant"},
		{"no device code", c.TokenURL, url.Values{"client_id": {c.ClientID}, "grant_type": {deviceGrant}}, "400 invalid_request"},
	}
	for _, row := range rows {
		c.run(row.name, func(c client) {
			c.wantResult("request", c.post(row.url, row.fields), row.want)
		})
	}
}

func TestDeviceCodeUsedTwiceRevokesTheGrant(t *testing.T) {
	c := oidcProvider.client(t)
	device := c.approvedDevice()
	tokens := c.poll(device.DeviceCode)
	c.wantResult("second use", c.poll(device.DeviceCode), "400 invalid_grant")
	c.wantAccess("the token of a code that was used twice", tokens.AccessToken, false)
}
