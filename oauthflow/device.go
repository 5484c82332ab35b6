package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DeviceCode is what the user needs to know to sign in on any device.
type DeviceCode struct {
	UserCode                string    // what the user types: up to 64 printable ASCII characters
	VerificationURL         string    // where to type it
	VerificationURLComplete string    // the same URL with the code in it, for a QR code; "" if there is none
	OtherHost               string    // host of the page, if it is not the server to sign in to; else ""
	Expiry                  time.Time // when the code or the whole sign-in expires
}

// ErrNoDeviceFlow means that the server has no device flow, or none for this
// application. Another flow can be tried.
var ErrNoDeviceFlow = errors.New("the server does not support sign-in by device code")

// Limits of the device flow.
const (
	mostDeviceCodes = 3               // in one sign-in
	slowDownStep    = 5 * time.Second // RFC 8628 section 3.5
)

// SignInByDevice obtains a grant by device code (RFC 8628). It calls show with the first
// code, and again with a new one if a code expires, and polls until ctx ends. The answer
// to a poll that was sent before that still counts, since it may be the grant. It
// measures time with the monotonic clock, so setting the wall clock changes nothing.
//
// It fails with ErrNoDeviceFlow, with an *Error ("access_denied": the user declined;
// "expired_token": the last of three codes expired), or with ctx's cause. After the
// first code, lost connections and servers that are down or busy do not stop it.
func (c Client) SignInByDevice(ctx context.Context, provider Provider, show func(DeviceCode)) (Grant, error) {
	s := &deviceSignIn{client: c, provider: provider}
	device, err := s.ask(ctx)
	for codes := 1; err == nil; codes++ {
		show(device.shown(ctx))
		grant, failure := s.await(ctx, device)
		if isDeviceOff(failure) {
			return Grant{}, provider.explainNoDevice(failure)
		}
		if !isExpired(failure) {
			return grant, adviseClient(failure)
		}
		if codes == mostDeviceCodes {
			return Grant{}, fmt.Errorf("nobody confirmed the sign-in before the last of %d codes expired: %w", codes, failure)
		}
		device, err = s.askAgain(ctx)
	}
	return Grant{}, adviseClient(err)
}

// isExpired reports whether a code has expired. GitLab returns "invalid_grant" for one
// that expired long ago, because it no longer knows the code.
func isExpired(err error) bool { return Is(err, "expired_token") || Is(err, "invalid_grant") }

// deviceSignIn is one sign-in with all its codes.
type deviceSignIn struct {
	client   Client
	provider Provider
	interval time.Duration // between two polls; it never gets shorter
}

// ask obtains a code (RFC 8628 section 3.1).
func (s *deviceSignIn) ask(ctx context.Context) (device, error) {
	if s.provider.DeviceAuthURL == "" {
		return device{}, ErrNoDeviceFlow
	}
	form := url.Values{}
	if len(s.provider.Scopes) > 0 {
		form.Set("scope", strings.Join(s.provider.Scopes, " "))
	}
	asked := time.Now()
	answer, err := s.send(ctx, s.provider.DeviceAuthURL, form)
	if isNoDevice(answer, err) || isDeviceOff(err) {
		return device{}, s.provider.explainNoDevice(err)
	}
	if err != nil {
		return device{}, err
	}
	given, err := s.provider.readDevice(answer)
	given.asked, s.interval = asked, max(s.interval, given.interval)
	return given, err
}

// isNoDevice reports whether an answer is not from a device authorization endpoint.
// Besides what isNoEndpoint recognizes, this is an empty answer, and a rejection without
// an error code (RFC 8628 section 3.2 requires one), such as an error page.
func isNoDevice(answer fields, err error) bool {
	var rejection *Error
	isUnexplained := errors.As(err, &rejection) && rejection.Code == "" && rejection.Description == "" && !isTemporary(err)
	return isNoEndpoint(err) || isUnexplained || isEmpty(answer, err)
}

// isNoEndpoint reports whether an address is not an endpoint: nothing is there, or a
// page that accepts no form, or a redirect on the same host. A GitLab redirects requests
// for unknown addresses to its sign-in page. A redirect to another host, which has a
// description, comes from a gateway in front of the server.
func isNoEndpoint(err error) bool {
	var answer *Error
	if !errors.As(err, &answer) {
		return false
	}
	isRedirect := answer.Status/100 == 3 && answer.Description == ""
	return isRedirect || answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed
}

// isEmpty reports whether an answer is a success without an object, such as a 204: from
// a server that accepts every form and has no device flow.
func isEmpty(answer fields, err error) bool { return err == nil && answer == nil }

// isDeviceOff reports whether the server has the device flow, but not for this
// application: GitHub's error, and those of RFC 6749 section 5.2 for a grant type that
// the client may not use.
func isDeviceOff(err error) bool {
	return Is(err, "device_flow_disabled") || Is(err, "unauthorized_client") || Is(err, "unsupported_grant_type")
}

// askAgain obtains another code, however long the server is unreachable.
func (s *deviceSignIn) askAgain(ctx context.Context) (device, error) {
	for failures := 1; ; failures++ {
		given, err := s.ask(ctx)
		if !isTemporary(err) {
			return given, err
		}
		if err := sleep(ctx, s.pause(failures, err)); err != nil {
			return device{}, err
		}
	}
}

// await polls until the user has decided or the code expires (RFC 8628 sections 3.4 and
// 3.5).
func (s *deviceSignIn) await(ctx context.Context, given device) (Grant, error) {
	failures, pause := 0, s.interval
	for {
		if err := sleep(ctx, min(pause, given.left())); err != nil {
			return Grant{}, err
		}
		if given.left() <= 0 {
			return Grant{}, &Error{Code: "expired_token"}
		}
		grant, err := s.poll(ctx, given)
		switch {
		case Is(err, "authorization_pending"):
			failures = 0
		case Is(err, "slow_down"):
			failures = 0
			s.interval = max(s.interval+slowDownStep, intervalOf(err))
		case isTemporary(err):
			failures++
		default:
			return grant, err
		}
		pause = s.pause(failures, err)
	}
}

func (s *deviceSignIn) poll(ctx context.Context, given device) (Grant, error) {
	answer, err := s.send(context.WithoutCancel(ctx), s.provider.TokenURL, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {given.code.Reveal()},
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return Grant{}, context.Cause(ctx)
	case err != nil:
		return Grant{}, err
	}
	return s.provider.grant(answer)
}
