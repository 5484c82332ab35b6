package doctor

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/docs"
	"git-credential-doorkey/internal/ui"
)

// expect checks that a finding has a ui.Verdict and contains texts.
func (f finding) expect(t *testing.T, want ui.Verdict, texts ...string) {
	t.Helper()
	if f.Verdict != want {
		t.Errorf("verdict %q, want %q: %+v", f.Verdict, want, f)
	}
	all := strings.Join(append([]string{f.Message}, f.Hints...), "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("%q is missing in %q", text, all)
		}
	}
}

// TestRunChecks: the findings keep their order, checks that do not apply are left out, and
// a check that itself fails does not stop the others.
func TestRunChecks(t *testing.T) {
	slow := make(chan struct{})
	var none map[string]int
	got := runChecks(t.Context(), nil, []check{
		{"first", func(context.Context, *checkContext) finding { <-slow; return newFinding(ui.VerdictOK, "waited") }},
		{"second", func(context.Context, *checkContext) finding { none["x"]++; return finding{} }},
		{"third", func(context.Context, *checkContext) finding { return finding{} }},
		{"fourth", func(context.Context, *checkContext) finding {
			close(slow)
			return newFinding(ui.VerdictWarning, "said\nhint")
		}},
	})
	want := []finding{
		{"first", ui.VerdictOK, "waited", []string{}},
		{"second", ui.VerdictProblem, "this check itself failed: assignment to entry in nil map", nil},
		{"fourth", ui.VerdictWarning, "said", []string{"hint"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestDiagnosis(t *testing.T) {
	for _, row := range []struct {
		name     string
		verdicts []ui.Verdict
		summary  string
		fails    bool
	}{
		{"nothing", []ui.Verdict{ui.VerdictOK, ui.VerdictNote}, "no problems found", false},
		{"warnings", []ui.Verdict{ui.VerdictWarning, ui.VerdictOK, ui.VerdictWarning}, "2 warnings", false},
		{"both", []ui.Verdict{ui.VerdictWarning, ui.VerdictProblem}, "1 problem, 1 warning", true},
		{"problems", []ui.Verdict{ui.VerdictProblem, ui.VerdictProblem}, "2 problems", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			var r diagnosis
			for _, v := range row.verdicts {
				r.Findings = append(r.Findings, newFinding(v, "\x1b[31mfrom outside\n\u202ehint"))
			}
			if got := r.summary(); got != row.summary {
				t.Errorf("summary %q, want %q", got, row.summary)
			}
			if failure := r.failure(); (failure != nil) != row.fails {
				t.Errorf("failure %v", failure)
			}
			var text, object strings.Builder
			if err := errors.Join(r.writeText(&text), r.writeJSON(&object)); err != nil {
				t.Error(err)
			}
			for _, written := range []string{text.String(), object.String()} {
				if strings.ContainsAny(written, "\x1b\u202e") {
					t.Errorf("a control character is written: %q", written)
				}
			}
			if strings.Contains(text.String(), row.summary) == row.fails {
				t.Errorf("the summary is not where it belongs: %q", text.String())
			}
		})
	}
}

// TestDocumentHasEveryCheck: the table of checks lists all of them, in their order.
func TestDocumentHasEveryCheck(t *testing.T) {
	var checked []string
	for _, check := range append(checksOfMachine(), checksOfHost()...) {
		checked = append(checked, check.name)
	}
	if described := docs.FirstCells(t, "docs/troubleshooting.md", "What the doctor looks at"); !slices.Equal(checked, described) {
		t.Errorf("the doctor checks\n%q, and described are\n%q", checked, described)
	}
}

// TestDocumentHasEveryField: the document describes every field of a diagnosis that
// programs can read.
func TestDocumentHasEveryField(t *testing.T) {
	docs.HasFields(t, "docs/for-programs.md", diagnosis{}, finding{})
}
