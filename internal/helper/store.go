package helper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/oauthflow"
)

// Store stores a password that a user typed for a host that doorkey does not sign in to.
// If doorkey has a grant there, it does nothing: the token came from doorkey, and
// nothing from outside replaces a grant. A spent grant does not count.
func (h *Helper) Store(ctx context.Context, in io.Reader) error {
	request, err := credential.Read(in)
	if err != nil {
		return err
	}
	origin := request.Origin()
	if origin == "" || !request.UsernameGiven || !request.Password.IsSet() || request.Ephemeral {
		return nil
	}
	if slices.ContainsFunc(request.State, isOurState) || secret.IsTokenName(request.Username) {
		return nil // user names are not encrypted in the file
	}
	accounts, problem := h.Cache.AccountsFor(origin, request.Path)
	if slices.ContainsFunc(accounts, func(a cache.Account) bool { return a.IsGrant() && !a.Spent(h.now()) }) {
		return nil
	}
	configured, err := h.Config.For(ctx, request)
	if err != nil || signsIn(origin, request, configured) {
		return err
	}
	if problem != nil {
		return problem
	}
	h.Log().Info("store", "origin", origin, "path", request.Path, "username", request.Username, "password", request.Password, "key", configured.Store)
	locked, err := h.Lock(ctx, origin)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	_, err = locked.Put(ctx, configured.Store, cache.Account{
		Username: request.Username, Path: request.Path, Obtained: h.now(), Expiry: request.PasswordExpiry,
	}, cache.Secrets{Password: request.Password, RefreshToken: request.OAuthRefreshToken})
	return explainPasswordKey(origin, err)
}

// signsIn reports whether doorkey signs in at an origin: there, a password that was used
// once (such as a CI job's token) must not replace the grant.
func signsIn(origin string, request credential.Request, configured settings.Settings) bool {
	_, err := oauthflow.Resolve(origin, request.WWWAuthenticate, configured.OAuth)
	return err == nil && oauthflow.MayCarryTokens(origin)
}

func isOurState(state string) bool {
	_, _, ours := parseState(state)
	return ours
}

// lockTimeout is how long a store or an erase waits for other processes: git waits
// for it, and a refresh at a slow server can take minutes.
const lockTimeout = 20 * time.Second

// Lock locks an origin for a change, waiting no longer than git should wait. The caller
// has to unlock it.
func (h *Helper) Lock(ctx context.Context, origin string) (*cache.Locked, error) {
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	locked, err := h.Cache.Lock(ctx, origin, h.UI.WaitingForLock(origin))
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("waited %v for another git command that uses %s, and changed nothing\nrun the command again", lockTimeout, origin)
	}
	return locked, err
}
