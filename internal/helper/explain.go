package helper

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/oauthflow"
)

// errTimeout is returned for a sign-in that was not finished in time.
var errTimeout = errors.New("the sign-in timed out")

// errNoAnswer is returned for a sign-in that timed out before the server answered at
// all.
var errNoAnswer = errors.New("the server did not answer")

// isNoResponse reports whether err means that the server did not answer. Other processes
// would wait just as long to find that out.
func isNoResponse(err error) bool {
	failed, is := errors.AsType[*oauthflow.ConnectionError](err)
	return errors.Is(err, errNoAnswer) || is && !failed.Lasting
}

func isTimeout(err error) bool {
	return errors.Is(err, errTimeout) || errors.Is(err, context.DeadlineExceeded)
}

// explainSignIn says why a sign-in failed and what to do. It returns an interrupt
// unchanged: a user who pressed Ctrl-C knows.
func explainSignIn(origin string, configured settings.Settings, err error) error {
	switch {
	case err == nil, terminal.IsCanceled(err):
		return err
	case isTimeout(err):
		return fmt.Errorf("the sign-in to %s was not finished within %v\nrun the command again to sign in; for more time, set %s; if the page in the browser showed an error, check the redirect URI, the scopes and \"Confidential\" of the application there",
			origin, configured.Timeout, configured.TimeFrom.Name("credential.oauthTimeout"))
	case oauthflow.Is(err, "access_denied"):
		return fmt.Errorf("the sign-in to %s was declined\nrun the command again to sign in", origin)
	}
	return fmt.Errorf("could not sign in to %s: %v", origin, err)
}

// AdviseClient adds hints to the error of a server that does not know the application:
// where its ID is set, and how to replace it.
func AdviseClient(origin, from string, err error) error {
	if !oauthflow.IsUnknownClient(err) || from == "" {
		return err
	}
	return fmt.Errorf("%w\nthe application ID is set by %s\nto replace it, run: git credential-doorkey setup %s --client-id <application ID>", err, from, origin)
}

// explain says why a refresh failed and what to do. If the server would answer the same
// again, the hint is to sign in.
func (r refreshRequest) explain(err error) error {
	advice := "run the command again"
	if oauthflow.IsLasting(err) {
		advice = "if this happens again, run: git credential-doorkey login " + loginArguments(r.Origin, string(r.Username))
	}
	return fmt.Errorf("could not refresh the token for %s: %v\nyou are still signed in; %s", r.Origin, AdviseClient(r.Origin, r.ClientIDFrom, err), advice)
}

// ExplainKey adds hints to an error about the data key of an origin's tokens; "" stands
// for those of all hosts.
func ExplainKey(origin string, err error) error {
	return explainKeyOf(origin, err, "in this session, and the key of this host's tokens is stored in one", "then, to remove the account, run: git credential-doorkey logout")
}

// explainPasswordKey does the same for a password, which a user who knows it can
// replace.
func explainPasswordKey(origin string, err error) error {
	return explainKeyOf(origin, err, "in this session, and the key of this host's password is stored in one", "the next password that you give git is then stored instead")
}

// explainKeyOf gets the text for a missing keyring, and what to do after the keyring is
// turned off.
func explainKeyOf(origin string, err error, absent, then string) error {
	key := "credential.oauthStore"
	if origin != "" {
		key = "credential." + origin + ".oauthStore" // overrides the one for all hosts, which may be set
	}
	without := "\nto use no keyring, set " + key + " to \"file\"; " + then
	switch {
	case errors.Is(err, cache.ErrKeyringLocked):
		return fmt.Errorf("%w\n%s%s", err, howToUnlock(runtime.GOOS), without)
	case errors.Is(err, cache.ErrKeyringTimeout):
		return fmt.Errorf("%w\nlook for its password dialog on the desktop%s", err, without)
	case errors.Is(err, cache.ErrKeyringAbsent):
		return fmt.Errorf("%w %s\nlog in to the desktop%s", err, absent, without)
	}
	return err
}

// howToUnlock returns how to unlock the keyring of a system. A Mac's opens with its
// command, also over SSH.
func howToUnlock(system string) string {
	if system == "darwin" {
		return "to unlock it, run: security unlock-keychain"
	}
	return "unlock it: log in to the desktop, or open the password manager"
}

// isKeyOutOfReach reports whether err means that a data key exists but is unavailable in
// this session.
func isKeyOutOfReach(err error) bool {
	return errors.Is(err, cache.ErrKeyringLocked) || errors.Is(err, cache.ErrKeyringTimeout) || errors.Is(err, cache.ErrKeyringAbsent)
}
