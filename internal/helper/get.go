package helper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/trace"
	"git-credential-doorkey/oauthflow"
)

// Get answers git's question. It writes nothing before everything has succeeded: git
// uses what it reads even from a helper that fails afterwards. After an error, git
// continues with its next helper, or is told to stop (stopError).
func (h *Helper) Get(ctx context.Context, in io.Reader, out io.Writer) error {
	err := h.get(ctx, in, out)
	if StopsGit(err) {
		_ = credential.Response{Quit: true}.Write(out) // if git is gone, it has stopped
	}
	return err
}

func (h *Helper) get(ctx context.Context, in io.Reader, out io.Writer) error {
	request, err := credential.Read(in)
	if err != nil {
		return stopGitIf(!errors.Is(err, credential.ErrZone), err) // other helpers might read something else in it
	}
	q := QuestionOf(request)
	begun := time.Now()
	h.Log().Info("get", "origin", q.Origin, "label", q.shownLabel(), "path", q.Path, "capabilities", q.Capabilities, "refused", q.refused != "")
	response, err := h.Answer(ctx, q)
	h.Log().Info("answer", "password", response.Password, "credential", response.Credential, "state", response.State, "stops_git", StopsGit(err), trace.Outcome(err), trace.Took(begun))
	if err != nil {
		return err
	}
	return stopGit(response.Write(out))
}

// Answer finds the answer: in the cache, by a refresh, or by a sign-in.
func (h *Helper) Answer(ctx context.Context, q Question) (credential.Response, error) {
	if q.Origin == "" {
		return credential.Response{}, nil
	}
	if secret.IsTokenName(q.Username) {
		h.UI.UsernameIsToken(q.Origin)
		return credential.Response{}, nil
	}
	found, err := h.LookUp(ctx, q)
	if err != nil {
		return credential.Response{}, h.cannotRead(ctx, q, found, err)
	}
	if found.Usable() {
		return h.respond(ctx, q, found), nil
	}
	if !oauthflow.MayCarryTokens(q.Origin) {
		return h.expiredPassword(ctx, q, found.Account), nil
	}
	if found.canRefresh() {
		renewed, err := h.refresh(ctx, q, false)
		if err != nil || renewed.Usable() {
			return h.respond(ctx, q, renewed), stopGitIf(!isLeftToOthers(err), err)
		}
	}
	configured, err := h.Config.For(ctx, q.Request)
	if err != nil {
		return credential.Response{}, err
	}
	if configured.Fleet.IsSet() && !found.Account.IsShared() {
		shared, err := h.refresh(ctx, q, true)
		return h.respond(ctx, q, shared), stopGitIf(!isLeftToOthers(err), err)
	}
	provider, err := h.Resolve(ctx, q, configured.OAuth)
	switch {
	case errors.Is(err, oauthflow.ErrUnknownHost):
		return h.expiredPassword(ctx, q, found.Account), nil
	case errors.Is(err, oauthflow.ErrNoClientID):
		h.UI.NoClientID(q.Origin, provider.Title, SetupArguments(q.Origin, provider.Kind))
		return h.expiredPassword(ctx, q, found.Account), nil
	case err != nil:
		return credential.Response{}, err
	}
	signedIn, err := h.signIn(ctx, q, provider, configured)
	return h.respond(ctx, q, signedIn), err
}

// cannotRead decides what a failed LookUp means. A grant that cannot be read stops git.
// So does an unreadable account file at a host that doorkey signs in to, where it stores
// only grants. In other cases git continues: the user can type a password, and other
// helpers may know more about the host.
func (h *Helper) cannotRead(ctx context.Context, q Question, found Entry, problem error) error {
	switch {
	case found.Account.IsGrant():
		return stopGit(problem)
	case errors.Is(problem, cache.ErrStateDirectory), found.isPasswordOutOfReach(problem):
		h.UI.ContinuesWithout(q.Origin, problem)
		return nil
	}
	configured, err := h.Config.For(ctx, q.Request)
	return stopGitIf(err == nil && signsIn(q.Origin, q.Request, configured), problem)
}

// Resolve finds out how to sign in to the host of a question. It returns the errors of
// oauthflow.Resolve.
func (h *Helper) Resolve(ctx context.Context, q Question, configured oauthflow.Settings) (oauthflow.Provider, error) {
	provider, err := oauthflow.Resolve(q.Origin, q.WWWAuthenticate, configured)
	h.Log().Info("provider", "kind", provider.Kind, "client_id", provider.ClientID, "token_endpoint", secret.HideIn(provider.TokenURL), trace.Outcome(err))
	switch {
	case IsUnknown(err):
		return provider, err
	case err != nil:
		return provider, fmt.Errorf("%s: %v", q.Origin, err)
	}
	return provider, h.Config.RejectGlobalSecrets(ctx, q.Origin, provider, configured)
}

// IsUnknown reports whether err means that doorkey cannot sign in to the host.
func IsUnknown(err error) bool {
	return errors.Is(err, oauthflow.ErrUnknownHost) || errors.Is(err, oauthflow.ErrNoClientID)
}

// SetupArguments returns the arguments with which setup recognizes a host: the server
// may have told only git what it is.
func SetupArguments(origin, kind string) string {
	if name := oauthflow.KindToName(origin, kind); name != "" {
		return origin + " --provider " + name
	}
	return origin
}
