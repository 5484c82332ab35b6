package main

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// expect holds a finding to a verdict and to texts that have to stand in it.
func (f finding) expect(t *testing.T, want verdict, texts ...string) {
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

// TestRunChecks: the findings keep their order, what does not apply is left out,
// and a check that fails itself does not take the others along.
func TestRunChecks(t *testing.T) {
	slow := make(chan struct{})
	var none map[string]int
	got := runChecks(t.Context(), nil, []check{
		{"first", func(context.Context, *examination) finding { <-slow; return newFinding(verdictOK, "waited") }},
		{"second", func(context.Context, *examination) finding { none["x"]++; return finding{} }},
		{"third", func(context.Context, *examination) finding { return finding{} }},
		{"fourth", func(context.Context, *examination) finding {
			close(slow)
			return newFinding(verdictWarning, "said\nhint")
		}},
	})
	want := []finding{
		{"first", verdictOK, "waited", []string{}},
		{"second", verdictProblem, "this check failed itself: assignment to entry in nil map", nil},
		{"fourth", verdictWarning, "said", []string{"hint"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestDiagnosis(t *testing.T) {
	for _, row := range []struct {
		name     string
		verdicts []verdict
		summary  string
		fails    bool
	}{
		{"nothing", []verdict{verdictOK, verdictNote}, "nothing has to be done", false},
		{"warnings", []verdict{verdictWarning, verdictOK, verdictWarning}, "2 warnings", false},
		{"both", []verdict{verdictWarning, verdictProblem}, "1 problem, 1 warning", true},
		{"problems", []verdict{verdictProblem, verdictProblem}, "2 problems", true},
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
