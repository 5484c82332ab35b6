package terminal

import (
	"strings"
	"testing"
)

func TestDrawQR(t *testing.T) {
	black := func(x, y int) bool { return x >= 0 && y >= 0 && x < 2 && y < 2 && !(x == 1 && y == 1) }
	rows := strings.Split(strings.TrimSuffix(drawQR(2, black), "\n"), "\n")
	if len(rows) != 5 { // 2 modules and a quiet zone of 4 on each side, two to a row
		t.Fatalf("%d rows: %q", len(rows), rows)
	}
	for i, row := range rows {
		want := strings.Repeat(" ", 10)
		if i == 2 {
			want = "    █▀    "
		}
		if got := strings.TrimSuffix(strings.TrimPrefix(row, "\x1b[30;107m"), "\x1b[0m"); got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
}
