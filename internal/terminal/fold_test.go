package terminal

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, row := range []struct {
		name, line string
		columns    int
		want       string
	}{
		{"no terminal", "ok       git: some words", 0, "ok       git: some words"},
		{"a terminal too narrow to help", "ok       git: some words in a row", 30, "ok       git: some words in a row"},
		{"a line that fits", "ok       git: two words, and four more ..", 41, "ok       git: two words, and four more .."},
		{"a line that does not", "ok       git: two words, and four more ..", 40, "ok       git: two words, and four more\n         .."},
		{"a word that is too long", "ok       git: " + strings.Repeat("x", 40) + " y", 40, "ok       git:\n         " + strings.Repeat("x", 40) + "\n         y"},
		{"letters beyond ASCII count once", "ok       äöü äöü äöü äöü äöü äöü äöü äöü", 40, "ok       äöü äöü äöü äöü äöü äöü äöü äöü"},
		{"a command stays whole", "         to have it, run: git config --global a.b c", 40, "         to have it,\n         run: git config --global a.b c"},
		{"an example stays whole", "         for example: git credential-doorkey login x", 40, "         for example:\n         git credential-doorkey login x"},
		{"a command in brackets", "         set the URL (git remote set-url)", 80, "         set the URL (git remote set-url)"},
		{"spaces in a name", "         in \"a  b\"", 40, "         in \"a  b\""},
		{"a command with its own spaces", "         run: git config 'a  b'", 40, "         run: git config 'a  b'"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Fold(row.line, row.columns, len("problem  ")); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}
