package helper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/oauthflow"
)

// errTimeout is how a sign-in ends that nobody finished in time.
var errTimeout = errors.New("nobody signed in in time")

// errNoAnswer is how a sign-in ends whose time was over before the server had
// answered at all.
var errNoAnswer = errors.New("the server did not answer")

// isNoResponse reports whether err is a server that did not answer. Others would find
// that out as slowly.
func isNoResponse(err error) bool {
	failed, is := errors.AsType[*oauthflow.ConnectionError](err)
	return errors.Is(err, errNoAnswer) || is && !failed.Lasting
}

func isTimeout(err error) bool {
	return errors.Is(err, errTimeout) || errors.Is(err, context.DeadlineExceeded)
}

// explainSignIn says what became of a sign-in that failed, and what to do. An
// interrupt stays one: whoever pressed Ctrl-C knows.
func explainSignIn(origin string, timeout time.Duration, err error) error {
	switch {
	case err == nil, terminal.IsCanceled(err):
		return err
	case isTimeout(err):
		return fmt.Errorf("nobody signed in to %s within %v\nif the page in the browser showed an error, its application there is set up otherwise (redirect URI, scopes, Confidential); run the command again to sign in; credential.oauthTimeout gives more time", origin, timeout)
	case oauthflow.Is(err, "access_denied"):
		return fmt.Errorf("the sign-in to %s was declined\nrun the command again to sign in", origin)
	}
	return fmt.Errorf("sign-in to %s: %v", origin, err)
}

// AdviseClient adds, to the error of a server that does not know the application, where
// its ID is set and how to replace it.
func AdviseClient(origin, from string, err error) error {
	if !oauthflow.IsUnknownClient(err) || from == "" {
		return err
	}
	return fmt.Errorf("%w\nthe application ID is set by %s\nto replace it, run: git credential-doorkey setup %s --client-id <application ID>", err, from, origin)
}

// explain says what became of a refresh that failed, and what to do: where the
// server would say the same each time, a sign-in is the way out.
func (r refreshRequest) explain(err error) error {
	advice := "run the command again"
	if oauthflow.IsLasting(err) {
		advice = "if this comes again, run: git credential-doorkey login " + loginArguments(r.Origin, string(r.Username))
	}
	return fmt.Errorf("refresh for %s: %v\nthe sign-in is kept; %s", r.Origin, AdviseClient(r.Origin, r.ClientIDFrom, err), advice)
}

// ExplainKey adds what to do to an error of the data key that tokens are sealed
// with.
func ExplainKey(err error) error {
	return explainKeyOf(err, "in this session, and the key for the tokens of this host is kept in one", "then, to have the account forgotten, run: git credential-doorkey logout")
}

// explainPasswordKey does so for a password, which whoever knows it can replace.
func explainPasswordKey(err error) error {
	return explainKeyOf(err, "in this session, and the key for the password of this host is kept in one", "the password that git is given next is then kept instead")
}

// explainKeyOf is told what to say of a keyring that is absent, and what to do once
// no keyring is wanted.
func explainKeyOf(err error, absent, then string) error {
	without := "\nor, to do without a keyring, set credential.oauthStore to \"file\"; " + then
	switch {
	case errors.Is(err, cache.ErrKeyringLocked):
		return fmt.Errorf("%w\nunlock it (log in to the desktop, or open its password manager)%s", err, without)
	case errors.Is(err, cache.ErrKeyringTimeout):
		return fmt.Errorf("%w\nlook for its password dialog on the desktop%s", err, without)
	case errors.Is(err, cache.ErrKeyringAbsent):
		return fmt.Errorf("%w %s\nlog in to the desktop%s", err, absent, without)
	}
	return err
}

// isKeyOutOfReach reports whether err is that of a data key which is there, and
// cannot be had in this session.
func isKeyOutOfReach(err error) bool {
	return errors.Is(err, cache.ErrKeyringLocked) || errors.Is(err, cache.ErrKeyringTimeout) || errors.Is(err, cache.ErrKeyringAbsent)
}
