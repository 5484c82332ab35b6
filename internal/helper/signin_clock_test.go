package helper

import (
	"testing"
	"time"
)

// TestIsAnother: a refusal that another command has recorded in the meantime counts, even
// if the one before it is in the future by this clock.
func TestIsAnother(t *testing.T) {
	now := time.Unix(1700000000, 0)
	for _, row := range []struct {
		name            string
		refused, before time.Time
		want            bool
	}{
		{"none", time.Time{}, time.Time{}, false},
		{"the first", now, time.Time{}, true},
		{"the same", now, now, false},
		{"a later one", now, now.Add(-time.Hour), true},
		{"one after the clock was set back", now, now.Add(100 * 24 * time.Hour), true},
		{"it was taken back", time.Time{}, now, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := isAnother(row.refused, row.before); got != row.want {
				t.Errorf("got %t, want %t", got, row.want)
			}
		})
	}
}
