package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// verdict is what a check comes to. The words stand in docs/for-programs.md:
// scripts read them.
type verdict string

// The verdicts, from the best to the worst.
const (
	verdictOK      verdict = "ok"
	verdictNote    verdict = "note"    // in order, and worth knowing
	verdictWarning verdict = "warning" // git works, and something is not as it should be
	verdictProblem verdict = "problem" // git will fail, or tokens go where they should not
)

// worse returns the worse of two verdicts.
func (v verdict) worse(other verdict) verdict {
	for _, worst := range []verdict{verdictProblem, verdictWarning, verdictNote} {
		if v == worst || other == worst {
			return worst
		}
	}
	return verdictOK
}

// finding is what a check has found. There is no token in it, and no password.
type finding struct {
	Check   string   `json:"check"`
	Verdict verdict  `json:"verdict"`
	Message string   `json:"message"`
	Hints   []string `json:"hints,omitempty"` // what to do
}

// newFinding makes a finding whose message, as that of an error, may have lines with
// hints behind its first line.
func newFinding(v verdict, format string, values ...any) finding {
	lines := strings.Split(fmt.Sprintf(format, values...), "\n")
	return finding{Verdict: v, Message: lines[0], Hints: lines[1:]}
}

// with adds a hint, and what it makes of the verdict.
func (f finding) with(v verdict, format string, values ...any) finding {
	f.Verdict = f.Verdict.worse(v)
	f.Hints = append(f.Hints, strings.Split(fmt.Sprintf(format, values...), "\n")...)
	return f
}

// diagnosis is all that doctor says. Its JSON form is in docs/for-programs.md; no
// field is ever renamed.
type diagnosis struct {
	Doorkey  string    `json:"doorkey"`       // version
	URL      string    `json:"url,omitempty"` // that the checks are about
	Findings []finding `json:"findings"`
}

// writeJSON writes the diagnosis as one object.
func (r diagnosis) writeJSON(out io.Writer) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, escapeUnprintable(string(content)))
	return err
}

// writeText writes a line for each finding, its hints below, and at the end what
// it comes to, where that is not an error.
func (r diagnosis) writeText(out io.Writer) error {
	const besideVerdict, besideHint = "         ", "         hint: "
	columns := columnsOf(out)
	var text strings.Builder
	for _, f := range r.Findings {
		line := fmt.Sprintf("%-7s  %s: %s", f.Verdict, f.Check, printable(f.Message))
		fmt.Fprintln(&text, fold(line, columns, len(besideVerdict)))
		for _, hint := range f.Hints {
			fmt.Fprintln(&text, fold(besideHint+printable(hint), columns, len(besideHint)))
		}
	}
	if r.count(verdictProblem) == 0 {
		fmt.Fprintln(&text, r.summary())
	}
	_, err := io.WriteString(out, text.String())
	return err
}

func (r diagnosis) count(v verdict) int {
	n := 0
	for _, f := range r.Findings {
		if f.Verdict == v {
			n++
		}
	}
	return n
}

// summary is what the findings come to: "1 problem, 2 warnings".
func (r diagnosis) summary() string {
	var parts []string
	for _, v := range []verdict{verdictProblem, verdictWarning} {
		switch n := r.count(v); n {
		case 0:
		case 1:
			parts = append(parts, "1 "+string(v))
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", n, v))
		}
	}
	if len(parts) == 0 {
		return "nothing has to be done"
	}
	return strings.Join(parts, ", ")
}

// failure is the summary as an error, if there is a problem.
func (r diagnosis) failure() error {
	if r.count(verdictProblem) == 0 {
		return nil
	}
	return errors.New(r.summary())
}
