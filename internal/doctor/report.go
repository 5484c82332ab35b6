package doctor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// finding is the result of a check. It contains no token and no password.
type finding struct {
	Check   string     `json:"check"`
	Verdict ui.Verdict `json:"verdict"`
	Message string     `json:"message"`
	Hints   []string   `json:"hints,omitempty"` // what to do
}

// newFinding makes a finding whose message, like that of an error, may have lines with
// hints after its first line.
func newFinding(v ui.Verdict, format string, values ...any) finding {
	lines := strings.Split(fmt.Sprintf(format, values...), "\n")
	return finding{Verdict: v, Message: lines[0], Hints: lines[1:]}
}

// with adds a hint, and raises the verdict if necessary.
func (f finding) with(v ui.Verdict, format string, values ...any) finding {
	f.Verdict = f.Verdict.Worse(v)
	f.Hints = append(f.Hints, strings.Split(fmt.Sprintf(format, values...), "\n")...)
	return f
}

// diagnosis is the output of doctor. docs/for-programs.md describes its JSON form; no
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
	_, err = fmt.Fprintln(out, terminal.EscapeUnprintable(string(content)))
	return err
}

// writeText writes a line for each finding, with its hints below, and at the end the
// summary, unless that is an error.
func (r diagnosis) writeText(out io.Writer) error {
	const besideVerdict, besideHint = "         ", "         hint: "
	columns := terminal.Columns(out)
	var text strings.Builder
	for _, f := range r.Findings {
		line := fmt.Sprintf("%-7s  %s: %s", f.Verdict, f.Check, terminal.Printable(f.Message))
		fmt.Fprintln(&text, terminal.Fold(line, columns, len(besideVerdict)))
		for _, hint := range f.Hints {
			fmt.Fprintln(&text, terminal.Fold(besideHint+terminal.Printable(hint), columns, len(besideHint)))
		}
	}
	if r.count(ui.VerdictProblem) == 0 {
		fmt.Fprintln(&text, r.summary())
	}
	_, err := io.WriteString(out, text.String())
	return err
}

func (r diagnosis) count(v ui.Verdict) int {
	n := 0
	for _, f := range r.Findings {
		if f.Verdict == v {
			n++
		}
	}
	return n
}

// summary counts the findings: "1 problem, 2 warnings".
func (r diagnosis) summary() string {
	var parts []string
	for _, v := range []ui.Verdict{ui.VerdictProblem, ui.VerdictWarning} {
		switch n := r.count(v); n {
		case 0:
		case 1:
			parts = append(parts, "1 "+string(v))
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", n, v))
		}
	}
	if len(parts) == 0 {
		return "no problems found"
	}
	return strings.Join(parts, ", ")
}

// failure returns the summary as an error if there is a problem.
func (r diagnosis) failure() error {
	if r.count(ui.VerdictProblem) == 0 {
		return nil
	}
	return errors.New(r.summary())
}
