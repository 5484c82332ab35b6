package helper

import "errors"

// stopError is a failure after which git asks nobody else: neither its next helper
// nor the person (quit=1). Those are the failures of a grant that doorkey has, and of
// a sign-in that a person was asked for: a second question would not be understood,
// and no password is accepted there. Where doorkey has no grant and has asked nobody,
// others may have an answer: the next helper, or the script behind GIT_ASKPASS.
type stopError struct{ error }

func (e stopError) Unwrap() error { return e.error }

// leftToOthers is a failure of a grant after which git may ask others: a fleet has no
// sign-in, and nobody is asked for one here.
type leftToOthers struct{ error }

func isLeftToOthers(err error) bool {
	_, marked := errors.AsType[leftToOthers](err)
	return marked
}

// stopGit marks a failure as one that git has to stop for.
func stopGit(err error) error {
	if err == nil {
		return nil
	}
	return stopError{err}
}

// stopGitIf does so where the condition holds.
func stopGitIf(condition bool, err error) error {
	if condition {
		return stopGit(err)
	}
	return err
}

// StopsGit reports whether git has to stop for a failure of Answer, and asks nobody else.
func StopsGit(err error) bool {
	_, marked := errors.AsType[stopError](err)
	return marked
}
