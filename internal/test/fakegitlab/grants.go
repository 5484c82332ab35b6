package fakegitlab

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"
)

// secretKind is the kind of a secret that the server has issued.
type secretKind string

const (
	accessToken       secretKind = "access token"
	refreshToken      secretKind = "refresh token"
	authorizationCode secretKind = "authorization code"
	deviceCode        secretKind = "device code"
)

// tokenPair is one row of GitLab's table of tokens: an access token and the
// refresh token that was issued with it.
type tokenPair struct {
	access, refresh string // refresh may be empty
	number          int    // in the order of issue, from 1
	scopes          []string
	created         time.Time
	accessEnd       string // why the access token is dead before its lifetime ends: "", "expired" or "revoked"
	revoked         bool   // both are dead
	spent           bool   // both are dead because the refresh token was used
	outdated        bool   // the refresh token is dead because the only grant has newer ones
}

// grants contains every token and code that was ever issued.
type grants struct {
	now      func() time.Time
	lifetime time.Duration // 0 if access tokens do not expire
	length   int
	keepsOld bool // a refresh leaves the old pair valid
	oneGrant bool // with the scope of the first sign-in
	replaces bool // new tokens make earlier refresh tokens invalid

	mu        sync.Mutex
	codes     map[string]*authorization
	byAccess  map[string]*tokenPair
	byRefresh map[string]*tokenPair
	issued    map[string]secretKind
	scope     string // of the only grant, as it was first requested; "" before
}

func newGrants(options Options) *grants {
	return &grants{
		now: options.Now, lifetime: options.AccessTokenLifetime, length: options.TokenLength, keepsOld: options.maker.keepsOldTokens, oneGrant: options.maker.oneGrant, replaces: options.maker.replacesTokens,
		codes: map[string]*authorization{}, byAccess: map[string]*tokenPair{},
		byRefresh: map[string]*tokenPair{}, issued: map[string]secretKind{},
	}
}

// randomHex returns n random hexadecimal digits.
func randomHex(n int) string {
	bytes := make([]byte, (n+1)/2)
	rand.Read(bytes)
	return hex.EncodeToString(bytes)[:n]
}

// newSecret makes a secret and records it. The caller holds the lock.
func (g *grants) newSecret(kind secretKind) string {
	secret := randomHex(g.length)
	g.issued[secret] = kind
	return secret
}

// issue makes a new pair. The caller holds the lock.
func (g *grants) issue(scopes []string, withRefreshToken bool) tokenPair {
	pair := &tokenPair{access: g.newSecret(accessToken), number: len(g.byAccess) + 1, scopes: scopes, created: g.now()}
	for _, older := range g.byAccess {
		older.outdated = older.outdated || g.replaces
	}
	g.byAccess[pair.access] = pair
	if withRefreshToken && g.lifetime != 0 {
		pair.refresh = g.newSecret(refreshToken)
		g.byRefresh[pair.refresh] = pair
	}
	return *pair
}

// accessFailure returns why an access token is dead: "" for a valid one, otherwise
// "expired", "revoked" or "unknown". The caller holds the lock.
func (g *grants) accessFailure(pair *tokenPair) string {
	switch {
	case pair == nil:
		return "unknown"
	case pair.revoked || pair.spent:
		return "revoked"
	case pair.accessEnd != "":
		return pair.accessEnd
	case g.lifetime != 0 && !g.now().Before(pair.created.Add(g.lifetime)):
		return "expired"
	}
	return ""
}

// look returns the pair of an access token and why it is dead ("" if it is valid).
func (g *grants) look(access string) (tokenPair, string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	pair := g.byAccess[access]
	if failure := g.accessFailure(pair); failure != "" {
		return tokenPair{}, failure
	}
	return *pair, ""
}

// reason is why a refresh token is dead.
type reason int

// The reasons. The first one means that it is not.
const (
	alive reason = iota
	unknown
	revoked
	spent    // it was used
	replaced // the only grant has newer ones
)

// refreshFailure returns why a refresh token is dead.
func (p *tokenPair) refreshFailure() reason {
	switch {
	case p == nil:
		return unknown
	case p.revoked:
		return revoked
	case p.spent:
		return spent
	case p.outdated:
		return replaced
	}
	return alive
}

// refresh uses up a refresh token and its access token, and returns the new pair.
// GitLab does both in one step: there is no time in which the old and the new pair
// are both valid. Other makes have such a time. The new pair has the same scopes, or
// fewer if narrower is not nil.
func (g *grants) refresh(token string, narrower []string) (pair tokenPair, dead reason, failure *oauthError) {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := g.byRefresh[token]
	if dead := old.refreshFailure(); dead != alive {
		return tokenPair{}, dead, invalidGrant()
	}
	scopes := old.scopes
	if narrower != nil {
		if !containsAll(old.scopes, narrower) {
			return tokenPair{}, alive, &oauthError{status: 400, code: "invalid_scope", description: "The requested scope is more than was granted."}
		}
		scopes = narrower
	}
	old.spent = !g.keepsOld
	return g.issue(scopes, true), alive, nil
}

// agree stores the scope that a user agrees to, and reports whether the only grant can
// have it: Forgejo rejects a scope that differs from the first one.
func (g *grants) agree(scope string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.oneGrant && g.scope != "" && g.scope != scope {
		return false
	}
	g.scope = scope
	return true
}

// revoke revokes the pair that contains the token, which may be of either kind.
func (g *grants) revoke(token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, pair := range []*tokenPair{g.byAccess[token], g.byRefresh[token]} {
		if pair != nil {
			pair.revoked = true
		}
	}
}

// find returns the kinds of the issued secrets that occur in text.
func (g *grants) find(text string) []secretKind {
	if len(text) < g.length {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var found []secretKind
	for secret, kind := range g.issued {
		if strings.Contains(text, secret) && !slices.Contains(found, kind) {
			found = append(found, kind)
		}
	}
	return found
}

// each calls change for every pair, and holds the lock.
func (g *grants) each(change func(*tokenPair)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, pair := range g.byAccess {
		change(pair)
	}
}

// containsAll reports whether every one of some is in all.
func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(one string) bool { return !slices.Contains(all, one) })
}
