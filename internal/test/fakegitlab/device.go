package fakegitlab

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// deviceGrant is a device code that waits for a user (RFC 8628).
type deviceGrant struct {
	deviceCode string
	userCode   string
	scopes     []string
	expires    time.Time
	interval   time.Duration // between two polls
	polled     time.Time     // the last poll that was not too early
	decision   decision
}

// decision is the user's answer.
type decision int

const (
	undecided decision = iota
	approved
	denied
)

// devices holds the device codes, oldest first.
type devices struct {
	options Options
	mu      sync.Mutex
	list    []*deviceGrant
}

func newDevices(options Options) *devices { return &devices{options: options} }

// add makes a new device code. At that moment it removes the expired ones, as GitLab
// does: a later poll gets invalid_grant.
func (d *devices) add(code string, scopes []string) deviceGrant {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.options.Now()
	d.list = slices.DeleteFunc(d.list, func(g *deviceGrant) bool { return !now.Before(g.expires) })
	grant := &deviceGrant{deviceCode: code, userCode: d.options.UserCode, scopes: scopes, expires: now.Add(d.options.DeviceLifetime), interval: d.options.DeviceInterval}
	setDefault(&grant.userCode, newUserCode())
	if d.options.maker.hyphenatesCode {
		grant.userCode = grant.userCode[:4] + "-" + grant.userCode[4:]
	}
	d.list = append(d.list, grant)
	return *grant
}

// newUserCode returns 8 characters out of A to Z and 0 to 9.
func newUserCode() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	bytes := make([]byte, 8)
	rand.Read(bytes)
	for i := range bytes {
		bytes[i] = alphabet[int(bytes[i])%len(alphabet)]
	}
	return string(bytes)
}

// poll returns the scopes of an approved device code and removes the code, or returns
// the error of RFC 8628 section 3.5.
func (d *devices) poll(code string) ([]string, *oauthError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.list, func(g *deviceGrant) bool { return g.deviceCode == code })
	if i < 0 {
		return nil, invalidGrant()
	}
	grant, now := d.list[i], d.options.Now()
	forget := func() { d.list = slices.Delete(d.list, i, i+1) }
	if !now.Before(grant.expires) {
		forget()
		return nil, &oauthError{status: http.StatusBadRequest, code: "expired_token", description: "The device code has expired."}
	}
	if now.Before(grant.polled.Add(grant.interval)) {
		return nil, d.slowDown(grant)
	}
	grant.polled = now
	switch grant.decision {
	case approved:
		forget()
		return grant.scopes, nil
	case denied:
		forget()
		return nil, &oauthError{status: http.StatusBadRequest, code: "access_denied", description: "The resource owner denied the request."}
	}
	return nil, &oauthError{status: http.StatusBadRequest, code: "authorization_pending", description: "The person has not answered yet."}
}

// waiting returns the grant that waits for a user code.
func (d *devices) waiting(userCode string) (deviceGrant, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	grant, err := d.find(userCode)
	if err != nil {
		return deviceGrant{}, err
	}
	return *grant, nil
}

// decide records the user's answer to a user code.
func (d *devices) decide(userCode string, decision decision) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	grant, err := d.find(userCode)
	if err != nil {
		return err
	}
	grant.decision = decision
	return nil
}

// find looks up a user code without an answer. The caller holds the lock.
func (d *devices) find(userCode string) (*deviceGrant, error) {
	for _, grant := range d.list {
		if grant.userCode == userCode && grant.decision == undecided && d.options.Now().Before(grant.expires) {
			return grant, nil
		}
	}
	return nil, fmt.Errorf("fakegitlab: no device waits under the user code %q", userCode)
}

// answerAuthorizeDevice returns a device code (RFC 8628 section 3.2).
func (s *Server) answerAuthorizeDevice(w http.ResponseWriter, q *request) {
	scopes := strings.Fields(q.parameters.Get("scope"))
	if !s.knowsClient(q) {
		answerError(w, s.options.maker.inItsWords(q.kind, invalidClient()))
		return
	}
	if s.options.maker.publicDevice && s.options.ClientSecret != "" {
		answerError(w, &oauthError{status: http.StatusBadRequest, code: "unauthorized_client", description: "device authorization is only supported for public clients"})
		return
	}
	if len(scopes) == 0 || !containsAll(s.options.Scopes, scopes) {
		answerError(w, &oauthError{status: http.StatusBadRequest, code: "invalid_scope", description: "The scope is unknown, or not ticked in the application."})
		return
	}
	s.grants.mu.Lock()
	code := s.grants.newSecret(deviceCode)
	s.grants.mu.Unlock()
	grant := s.devices.add(code, scopes)
	// GitLab builds the address from the request's host, and omits the relative
	// root.
	address := "https://" + q.Host + s.options.maker.device
	if s.options.maker.namesDevice {
		address = s.URL() + s.options.maker.device
	}
	answer := map[string]any{
		"device_code":      grant.deviceCode,
		"user_code":        grant.userCode,
		"verification_uri": address,
		"expires_in":       int(s.options.DeviceLifetime.Seconds()),
		"interval":         wholeSeconds(s.options.DeviceInterval),
	}
	if !s.options.maker.hyphenatesCode {
		answer["verification_uri_complete"] = address + "?user_code=" + grant.userCode
	}
	answerJSON(w, http.StatusOK, answer)
}

// exchangeDeviceCode answers a poll (RFC 8628 section 3.4).
func (s *Server) exchangeDeviceCode(q *request) (tokenPair, *oauthError) {
	scopes, failure := s.devices.poll(q.parameters.Get("device_code"))
	if failure != nil {
		if failure.code == "slow_down" {
			s.record.count(SlowDown)
		}
		return tokenPair{}, failure
	}
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	return s.grants.issue(scopes, !s.options.DeviceWithoutRefreshToken), nil
}

// UserCodes returns the user codes that wait for an answer, oldest first.
func (s *Server) UserCodes() []string {
	s.devices.mu.Lock()
	defer s.devices.mu.Unlock()
	var codes []string
	for _, grant := range s.devices.list {
		if grant.decision == undecided && s.options.Now().Before(grant.expires) {
			codes = append(codes, grant.userCode)
		}
	}
	return codes
}

// ApproveDevice approves the code for the user. It fails if no such code waits.
func (s *Server) ApproveDevice(userCode string) error { return s.devices.decide(userCode, approved) }

// DenyDevice denies the code for the user. It fails if no such code waits.
func (s *Server) DenyDevice(userCode string) error { return s.devices.decide(userCode, denied) }

// ExpireDeviceCodes makes every device code expire.
func (s *Server) ExpireDeviceCodes() {
	s.devices.mu.Lock()
	defer s.devices.mu.Unlock()
	for _, grant := range s.devices.list {
		grant.expires = time.Time{}
	}
}
