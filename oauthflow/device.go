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

// DeviceCode is what the person needs to know to sign in on any device.
type DeviceCode struct {
	UserCode                string    // what the person types: up to 64 characters of printable ASCII
	VerificationURL         string    // where
	VerificationURLComplete string    // the same with the code in it, as for a QR code; "" if there is none
	OtherHost               string    // of the page, where it is another server's than the one that is asked to sign in; else ""
	Expiry                  time.Time // when the code ends, or before it the whole sign-in
}

// ErrNoDeviceFlow: the server has no device flow. SignInByDevice returns it
// before it has shown anything, so that another way can be tried.
var ErrNoDeviceFlow = errors.New("the server does not support sign-in by device code")

// Limits of the device flow.
const (
	mostDeviceCodes = 3               // that are asked for in one sign-in
	slowDownStep    = 5 * time.Second // RFC 8628 section 3.5
)

// SignInByDevice obtains a grant by device code (RFC 8628). It calls show with
// the first code, and again with a new one where a code expires, and polls until
// ctx ends; what the server answers to a poll that was sent before that counts still,
// since it may be the grant. It measures time by the monotonic clock: a wall clock that is set
// meanwhile changes nothing.
//
// It fails with ErrNoDeviceFlow, with an *Error ("access_denied": the person
// said no; "expired_token": the last of three codes has expired), or with ctx's
// cause. Once the first code is there, lost connections and servers that are
// down or busy do not end it.
func (c Client) SignInByDevice(ctx context.Context, provider Provider, show func(DeviceCode)) (Grant, error) {
	s := &deviceSignIn{client: c, provider: provider}
	device, err := s.ask(ctx)
	for codes := 1; err == nil; codes++ {
		show(device.shown(ctx))
		grant, failure := s.await(ctx, device)
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

// isExpired reports whether a code is at its end. GitLab calls one that is long
// expired an "invalid_grant", since it has forgotten it by then.
func isExpired(err error) bool { return Is(err, "expired_token") || Is(err, "invalid_grant") }

// deviceSignIn is one sign-in with all its codes.
type deviceSignIn struct {
	client   Client
	provider Provider
	interval time.Duration // between two polls; it never shrinks
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
	if isNoEndpoint(err) || isDeviceOff(err) || isEmpty(answer, err) {
		return device{}, s.provider.explainNoDevice(err)
	}
	if err != nil {
		return device{}, err
	}
	given, err := s.provider.readDevice(answer)
	given.asked, s.interval = asked, max(s.interval, given.interval)
	return given, err
}

// isNoEndpoint reports whether what answers at an address is no endpoint: there is
// nothing, or a page that takes no form.
func isNoEndpoint(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && (answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed)
}

// isEmpty reports whether an answer is a success without an object in it, such as
// a 204: a server that accepts every form, and has no device flow.
func isEmpty(answer fields, err error) bool { return err == nil && answer == nil }

// isDeviceOff reports whether the server has the device flow, and not for this
// application: GitHub's error, and those of RFC 6749 section 5.2 for a grant type
// that is not for this client.
func isDeviceOff(err error) bool {
	return Is(err, "device_flow_disabled") || Is(err, "unauthorized_client") || Is(err, "unsupported_grant_type")
}

// askAgain obtains another code, however long the server is away.
func (s *deviceSignIn) askAgain(ctx context.Context) (device, error) {
	for failures := 1; ; failures++ {
		given, err := s.ask(ctx)
		if !isPassing(err) {
			return given, err
		}
		if err := sleep(ctx, s.pause(failures, err)); err != nil {
			return device{}, err
		}
	}
}

// await polls until the person has decided or the code is at its end (RFC 8628
// sections 3.4 and 3.5).
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
		case isPassing(err):
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
