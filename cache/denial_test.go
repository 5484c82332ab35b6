package cache

import "testing"

func TestDenial(t *testing.T) {
	for _, row := range []struct {
		name   string
		denial denial
		want   bool
	}{
		{"a virus scanner has the file open", denial{mayChangeDirectory: true}, false},
		{"the directory is somebody else's", denial{}, true},
		{"a file that is read-only", denial{isReadOnly: true, mayChangeDirectory: true}, true},
		{"a directory in its place", denial{isDirectory: true, mayChangeDirectory: true}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.denial.isForGood(); got != row.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
