package oauthflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// device is the answer to a device authorization request (RFC 8628 section 3.2).
type device struct {
	DeviceCode // without its Expiry
	code       secret.Text
	lifetime   time.Duration
	interval   time.Duration
	asked      time.Time // when the request was sent
}

// left returns how long the code is still valid.
func (d device) left() time.Duration { return d.lifetime - time.Since(d.asked) }

// shown returns the part that the user sees.
func (d device) shown(ctx context.Context) DeviceCode {
	shown := d.DeviceCode
	shown.Expiry = d.asked.Add(d.lifetime)
	if deadline, limited := ctx.Deadline(); limited && deadline.Before(shown.Expiry) {
		shown.Expiry = deadline
	}
	return shown
}

// Limits of an answer, and defaults for what it omits.
const (
	defaultInterval  = 5 * time.Second // RFC 8628 section 3.2
	shortestInterval = time.Second
	longestInterval  = time.Minute
	defaultLifetime  = 5 * time.Minute // GitLab's
	longestLifetime  = 24 * time.Hour
	longestUserCode  = 64
	longestURL       = 2048
)

// readDevice checks an answer. It replaces times that make no sense, and returns an
// error for values that the user or the server cannot use.
func (p Provider) readDevice(answer fields) (device, error) {
	given := device{
		code: secret.New(answer.text("device_code")), lifetime: defaultLifetime, interval: defaultInterval,
		DeviceCode: DeviceCode{UserCode: strings.Trim(answer.text("user_code"), " ")},
	}
	if given.code.IsEmpty() {
		return device{}, errors.New("the server's answer has no device code")
	}
	if !isUserCode(given.UserCode) {
		return device{}, fmt.Errorf("the server's user code is not 1 to %d characters that can be typed", longestUserCode)
	}
	var err error
	if given.VerificationURL, err = p.verificationURL(answer.text("verification_uri")); err != nil {
		return device{}, fmt.Errorf("the server's verification address is invalid: %v", err)
	}
	given.VerificationURLComplete = p.completeURL(answer.text("verification_uri_complete"), given.DeviceCode)
	given.OtherHost = cmp.Or(p.otherHost(given.VerificationURL), p.otherHost(given.VerificationURLComplete))
	if interval, found := answer.seconds("interval"); found {
		given.interval = min(max(interval, shortestInterval), longestInterval)
	}
	if lifetime, _ := answer.seconds("expires_in"); lifetime > 0 {
		given.lifetime = min(lifetime, longestLifetime)
	}
	return given, nil
}

// explainNoDevice says what to do if the device authorization endpoint does not exist,
// or is turned off for the application.
func (p Provider) explainNoDevice(err error) error {
	k, _ := kindNamed(p.Kind)
	switch {
	case isDeviceOff(err) && k.deviceBox != "":
		return fmt.Errorf("%w for this application: tick %q on its page", ErrNoDeviceFlow, k.deviceBox)
	case isDeviceOff(err):
		return fmt.Errorf("%w for this application: %w", ErrNoDeviceFlow, err)
	}
	found := "nothing was found"
	if err != nil && !isNoEndpoint(err) {
		found = err.Error()
	}
	if k.noDevice != "" {
		return fmt.Errorf("%w: %s at %q (%s)", ErrNoDeviceFlow, found, p.DeviceAuthURL, k.noDevice)
	}
	return fmt.Errorf("%w: %s at %q", ErrNoDeviceFlow, found, p.DeviceAuthURL)
}

// intervalOf returns the interval that an answer asks for, 0 for none.
func intervalOf(err error) time.Duration {
	var answer *Error
	if errors.As(err, &answer) {
		return answer.interval
	}
	return 0
}

// isUserCode accepts spaces between the characters, because some servers group them.
func isUserCode(code string) bool {
	return code != "" && len(code) <= longestUserCode && isVisibleASCII(strings.ReplaceAll(code, " ", ""))
}

// verificationURL checks the address that the user is sent to, and fixes what GitLab
// gets wrong: it builds the address from what its proxy passes on, which may be plain
// http or another port, and omits a relative URL root.
func (p Provider) verificationURL(given string) (string, error) {
	address, err := url.Parse(given)
	if err != nil || len(given) > longestURL || !isVisibleASCII(given) {
		return "", errors.New("it is not a URL")
	}
	if address.Scheme != "https" && address.Scheme != "http" || address.User != nil || address.Fragment != "" {
		return "", fmt.Errorf("%q is not a plain web address", given)
	}
	own, err := url.Parse(p.AuthURL)
	if err != nil {
		return "", err
	}
	_, isKnown := kindNamed(p.Kind)
	isGitLab, isOwn := p.Kind == "gitlab", strings.EqualFold(address.Hostname(), own.Hostname())
	if isKnown && !isOwn {
		return "", fmt.Errorf("%q is on another host than %q", given, p.AuthURL)
	}
	if isOwn && own.Scheme == "https" && (isGitLab || address.Scheme == "http") {
		address.Scheme, address.Host = own.Scheme, own.Host
	}
	if root, found := strings.CutSuffix(own.Path, "/oauth/authorize"); found && isOwn && address.Path == "/oauth/device" {
		address.Path = root + address.Path
	}
	if !carriesTokens(address) {
		return "", fmt.Errorf("%q is not https", given)
	}
	return address.String(), nil
}

// otherHost returns the host of a page that is not on the authorization server, which
// only servers of an unknown kind may use; "" for any other page.
func (p Provider) otherHost(page string) string {
	address, err := url.Parse(page)
	own, errOwn := url.Parse(p.AuthURL)
	if err != nil || errOwn != nil || strings.EqualFold(address.Hostname(), own.Hostname()) {
		return ""
	}
	return address.Hostname()
}

// completeURL returns the address with the user code in it, or "" if there is no usable
// one: the user can type the code.
func (p Provider) completeURL(given string, code DeviceCode) string {
	if complete, err := p.verificationURL(given); given != "" && err == nil {
		return complete
	}
	address, err := url.Parse(code.VerificationURL)
	if p.Kind != "gitlab" || err != nil {
		return ""
	}
	query := address.Query()
	query.Set("user_code", code.UserCode)
	address.RawQuery = query.Encode()
	return address.String()
}
