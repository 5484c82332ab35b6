package helper

import "errors"

// stopError is a failure after which git asks nobody else, neither its next helper nor
// the user (quit=1). Those are failures of a grant that doorkey has, and of a sign-in
// that the user was asked for: a second question would be confusing, and no password is
// accepted there. If doorkey has no grant and has asked nobody, others may have an
// answer: the next helper, or the script in GIT_ASKPASS.
type stopError struct{ error }

func (e stopError) Unwrap() error { return e.error }

// leftToOthers is a failure of a grant after which git may ask others: a fleet has no
// sign-in, and doorkey does not ask for one here.
type leftToOthers struct{ error }

func isLeftToOthers(err error) bool {
	_, marked := errors.AsType[leftToOthers](err)
	return marked
}

// stopGit marks a failure as one that stops git.
func stopGit(err error) error {
	if err == nil {
		return nil
	}
	return stopError{err}
}

// stopGitIf does so if the condition holds.
func stopGitIf(condition bool, err error) error {
	if condition {
		return stopGit(err)
	}
	return err
}

// StopsGit reports whether git has to stop after a failure of Answer, and must not ask
// anyone else.
func StopsGit(err error) bool {
	_, marked := errors.AsType[stopError](err)
	return marked
}
