package gitconfig

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestLockError(t *testing.T) {
	for _, row := range []struct {
		name  string
		scope Scope
		err   error
		want  string
	}{
		{"lock of another", Global, fs.ErrExist, `"/h/f.lock" exists`},
		{"no right to the machine's file", System, fs.ErrPermission, "administrator"},
		{"no right to the directory", Global, fs.ErrPermission, `cannot write "` + filepath.FromSlash("/h") + `"`},
		{"anything else", Global, errors.New("disk full"), "disk full"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := lockError(row.scope, filepath.FromSlash("/h/f"), "/h/f.lock", row.err); !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %q, want %q in it", err, row.want)
			}
		})
	}
}
