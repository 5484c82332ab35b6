package ui

// Verdict is the result of a check. docs/for-programs.md lists the values: scripts read
// them.
type Verdict string

// The verdicts, from the best to the worst.
const (
	VerdictOK      Verdict = "ok"
	VerdictNote    Verdict = "note"    // fine, but worth knowing
	VerdictWarning Verdict = "warning" // git works, but something is wrong
	VerdictProblem Verdict = "problem" // git will fail, or tokens reach programs that should not have them
)

// Worse returns the worse of two verdicts.
func (v Verdict) Worse(other Verdict) Verdict {
	for _, worst := range []Verdict{VerdictProblem, VerdictWarning, VerdictNote} {
		if v == worst || other == worst {
			return worst
		}
	}
	return VerdictOK
}

// SeverityOfOtherHelper says how serious it is that git asks another helper after
// doorkey. Hidden means that this git passes it no token.
func SeverityOfOtherHelper(hidden bool) Verdict {
	if hidden {
		return VerdictNote
	}
	return VerdictWarning
}
