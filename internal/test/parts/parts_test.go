package parts

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// ending is a test that records how it ended.
type ending struct {
	testing.TB
	how, why string
}

func (e *ending) Helper() {}

func (e *ending) Skipf(format string, values ...any) { e.end("skipped", format, values) }

func (e *ending) Fatalf(format string, values ...any) { e.end("failed", format, values) }

func (e *ending) end(how, format string, values []any) {
	e.how, e.why = how, fmt.Sprintf(format, values...)
	runtime.Goexit()
}

// run runs a test as package testing does: in a goroutine, which it may end.
func (e *ending) run(test func(testing.TB)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(e)
	}()
	<-done
}

func TestTestdata(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(root, "testdata", "doorkeeper")
	for _, directory := range []string{".", root} {
		t.Chdir(directory)
		if got := Testdata(t, "doorkeeper"); got != want {
			t.Errorf("in %q: %q, want %q", directory, got, want)
		}
	}
}

func TestMissingPart(t *testing.T) {
	rows := []struct {
		name    string
		require string // DOORKEY_TEST_REQUIRE
		test    func(testing.TB)
		how     string
		says    string
	}{
		{"no source here", "", func(t testing.TB) { Testdata(t, "doorkeeper") }, "skipped", "needs testdata/doorkeeper: "},
		{"no source here, nothing may be missing", "all", func(t testing.TB) { Testdata(t, "doorkeeper") }, "failed", "needs testdata/doorkeeper: "},
		{"no program", "", func(t testing.TB) { Program(t, "no-such-program", "install it") }, "skipped", "needs no-such-program: install it"},
		{"no program, nothing may be missing", "all", func(t testing.TB) { Program(t, "no-such-program", "install it") }, "failed", "needs no-such-program: install it"},
		{"no go", "", func(t testing.TB) { t.Setenv("PATH", ""); Go(t) }, "skipped", "needs go: "},
		{"no modules here", "", Go, "skipped", "needs all modules of go.mod: "},
		{"no modules here, nothing may be missing", "all", Go, "failed", "needs all modules of go.mod: "},
		{"no links", "", func(t testing.TB) { Link(t, "there", "no/such/directory") }, "skipped", "needs symbolic links: "},
		{"no links, nothing may be missing", "all", func(t testing.TB) { Link(t, "there", "no/such/directory") }, "failed", "needs symbolic links: "},
	}
	t.Chdir(t.TempDir())
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("DOORKEY_TEST_REQUIRE", row.require)
			got := &ending{TB: t}
			got.run(row.test)
			if got.how != row.how || !strings.HasPrefix(got.why, row.says) {
				t.Errorf("%s: %q, want %s: %q", got.how, got.why, row.how, row.says)
			}
		})
	}
}
