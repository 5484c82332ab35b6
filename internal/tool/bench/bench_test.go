package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

// TestTables: the tables that need no other helper are complete. There is a table only if
// each process answers, and if 64 processes with one expired token cost one refresh.
func TestTables(t *testing.T) {
	parts.Long(t)
	parts.Go(t)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-runs", "5", "-tables", "parallel,expired"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| 256 doorkey get ", "× 64 empty ", "| one refresh ", "× one refresh + 64 hot gets | "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q in:\n%s", want, out.String())
		}
	}
}

func TestReport(t *testing.T) {
	rows := []row{
		{name: "a"},
		{name: "b", against: []string{"a"}, bar: 1.5},
		{name: "both", against: []string{"a", "b"}},
		{name: "c", missing: "apt-get install c", against: []string{"a"}},
		{name: "beside c", against: []string{"c"}},
	}
	series := map[string][]time.Duration{
		"a":        {3 * time.Millisecond, time.Millisecond, 2 * time.Millisecond},
		"b":        {4 * time.Millisecond, 3 * time.Millisecond, 9 * time.Millisecond},
		"both":     {12 * time.Millisecond, 12 * time.Millisecond, 12 * time.Millisecond},
		"beside c": {time.Millisecond},
	}
	const want = `
**Title**

|  | median | ratio | of the shortest | bar |
|---|---|---|---|---|
| a        | 2.00 ms                    |              |      |      |
| b        | 4.00 ms                    | 2.00 × a     | 3.00 | 1.50 |
| both     | 12.00 ms                   | 2.00 × a + b | 3.00 |      |
| c        | missing: apt-get install c |              |      |      |
| beside c | 1.00 ms                    |              |      |      |
`
	var out bytes.Buffer
	if err := report(&out, "Title", rows, series); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got %s\nwant %s", out.String(), want)
	}
}
