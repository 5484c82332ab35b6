package ui

// Verdict is what a check comes to. The words stand in docs/for-programs.md:
// scripts read them.
type Verdict string

// The verdicts, from the best to the worst.
const (
	VerdictOK      Verdict = "ok"
	VerdictNote    Verdict = "note"    // in order, and worth knowing
	VerdictWarning Verdict = "warning" // git works, and something is not as it should be
	VerdictProblem Verdict = "problem" // git will fail, or tokens go where they should not
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

// SeverityOfOtherHelper is how much it matters that git asks another helper after
// doorkey. Hidden: this git tells it no token.
func SeverityOfOtherHelper(hidden bool) Verdict {
	if hidden {
		return VerdictNote
	}
	return VerdictWarning
}
