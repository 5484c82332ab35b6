package fakegitlab

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Kind is the name of what the server counts. A request of a kind "a:b" also counts
// as "a", so that Token is every request to the token endpoint.
type Kind string

// The kinds of requests. The server can misbehave for each of them.
const (
	Authorize              Kind = "authorize" // the request for the consent page
	Consent                Kind = "consent"   // the button on it is pressed
	Token                  Kind = "token"
	TokenAuthorizationCode Kind = "token:authorization_code"
	TokenRefreshToken      Kind = "token:refresh_token"
	TokenDeviceCode        Kind = "token:device_code"
	Revoke                 Kind = "revoke"
	TokenInfo              Kind = "token_info"
	AuthorizeDevice        Kind = "authorize_device"
	DevicePage             Kind = "device_page"  // the pages of the device flow
	Applications           Kind = "applications" // the page on which a user registers one
	Metadata               Kind = "metadata"
	Git                    Kind = "git"
	Other                  Kind = "other"
)

// The kinds of answers that are counted in addition to the requests.
const (
	// GitUnauthorized is a git request that was answered 401.
	GitUnauthorized Kind = "git:401"
	// SpentRefreshToken is a refresh token that was sent a second time.
	SpentRefreshToken Kind = "spent_refresh_token"
	// SlowDown is a poll of the device flow that was too early.
	SlowDown Kind = "slow_down"
)

// requestKinds lists the kinds of requests.
func requestKinds() []Kind {
	return []Kind{Authorize, Consent, Token, TokenAuthorizationCode, TokenRefreshToken, TokenDeviceCode,
		Revoke, TokenInfo, AuthorizeDevice, DevicePage, Applications, Metadata, Git, Other}
}

// mustBeKind panics if the kind is unknown: with a misspelt kind, a test would pass
// that checks nothing.
func mustBeKind(kind Kind, known []Kind) {
	if !slices.Contains(known, kind) {
		panic(fmt.Sprintf("fakegitlab: unknown kind %q", kind))
	}
}

// record contains what the server has counted.
type record struct {
	mu       sync.Mutex
	counts   map[Kind]int
	underWay map[Kind]int // requests without a complete answer
	most     map[Kind]int // the maximum of underWay so far
	problems []string
	changed  chan struct{} // closed and replaced at every count
}

func newRecord() *record {
	return &record{counts: map[Kind]int{}, underWay: map[Kind]int{}, most: map[Kind]int{}, changed: make(chan struct{})}
}

// begin records that a request of the kinds is being answered. The caller calls end
// before the end of the answer leaves the server's buffer.
func (r *record) begin(kinds ...Kind) (end func()) {
	r.move(1, kinds)
	return func() { r.move(-1, kinds) }
}

func (r *record) move(by int, kinds []Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kind := range kinds {
		r.underWay[kind] += by
		r.most[kind] = max(r.most[kind], r.underWay[kind])
	}
}

func (r *record) count(kinds ...Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kind := range kinds {
		r.counts[kind]++
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *record) problem(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, text)
}

// at returns the count and a channel that is closed when any count changes.
func (r *record) at(kind Kind) (int, <-chan struct{}) {
	mustBeKind(kind, append(requestKinds(), GitUnauthorized, SpentRefreshToken, SlowDown))
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts[kind], r.changed
}

// Count returns how often the kind was counted since the start. A kind that does not
// exist is a mistake of the caller, and panics.
func (s *Server) Count(kind Kind) int {
	count, _ := s.record.at(kind)
	return count
}

// Counts returns every count that is not zero.
func (s *Server) Counts() map[Kind]int {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return maps.Clone(s.record.counts)
}

// MostAtOnce returns the maximum number of requests of the kind that were being
// answered at the same time.
func (s *Server) MostAtOnce(kind Kind) int {
	mustBeKind(kind, requestKinds())
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return s.record.most[kind]
}

// WaitFor returns when the kind has been counted at least n times, or with the
// context's error if the context ends first.
func (s *Server) WaitFor(ctx context.Context, kind Kind, n int) error {
	for {
		count, changed := s.record.at(kind)
		if count >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Problems returns, in order, everything that a client sent to the server and must
// never send. A test fails if there is a problem. The texts contain no secret.
func (s *Server) Problems() []string {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.problems)
}
