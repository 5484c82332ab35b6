package install

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/test/parts"
)

// TestFailuresChangeNothing: each error says what is wrong, the file is unchanged, and no
// lock file is left.
func TestFailuresChangeNothing(t *testing.T) {
	for _, row := range []struct {
		name string
		// setUp causes the failure.
		setUp func(m *machine, options *Options)
		want  []string
	}{
		{"git cannot read the file", func(m *machine, _ *Options) { m.write(".gitconfig", user+"[credential\n") },
			[]string{"bad config line 3", ".gitconfig"}},
		{"git cannot read another file", func(m *machine, _ *Options) { m.write("system", "=\n") },
			[]string{"bad config line 1", "system"}},
		{"another process holds the lock", func(m *machine, _ *Options) { m.write(".gitconfig.lock", "") },
			[]string{".gitconfig.lock\" exists", "delete the file"}},
		{"a directory", func(m *machine, _ *Options) { m.set("GIT_CONFIG_GLOBAL", m.path("work")) },
			[]string{"not a file that can be edited"}},
		{"no directory", func(m *machine, _ *Options) { m.set("GIT_CONFIG_GLOBAL", m.path("none/config")) },
			[]string{"none", "directory"}},
		{"GIT_CONFIG_GLOBAL empty", func(m *machine, _ *Options) { m.set("GIT_CONFIG_GLOBAL", "") },
			[]string{"GIT_CONFIG_GLOBAL is"}},
		{"links in a circle", func(m *machine, _ *Options) {
			m.set("GIT_CONFIG_GLOBAL", m.path("circle"))
			parts.Link(m.t, "circle", m.path("circle"))
		}, []string{"circle"}},
		{"system file switched off", func(m *machine, options *Options) {
			m.set("GIT_CONFIG_NOSYSTEM", "1")
			options.Scope = gitconfig.System
		}, []string{"GIT_CONFIG_NOSYSTEM"}},
		{"no repository", func(_ *machine, options *Options) { options.Scope = gitconfig.Local },
			[]string{"not in a repository", "--global"}},
		{"host without https", func(_ *machine, options *Options) { options.Host = "ssh://gitlab.example.com" },
			[]string{"--host", "https"}},
		{"directory that may not be written", func(m *machine, _ *Options) {
			m.write("closed/config", user)
			m.set("GIT_CONFIG_GLOBAL", m.path("closed/config"))
			m.close("closed")
		}, []string{"closed\", which is needed"}},
		{"system directory that may not be written", func(m *machine, options *Options) {
			m.write("closed/config", user)
			m.set("GIT_CONFIG_SYSTEM", m.path("closed/config"))
			m.close("closed")
			options.Scope = gitconfig.System
		}, []string{"administrator"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.write(".gitconfig", user+written)
			options := m.options()
			row.setUp(m, &options)
			options.Environment = m.environment
			before := m.snapshot()
			options.Program = m.path("elsewhere/" + programName) // the block there has to change
			_, err := Install(t.Context(), options)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q, which does not say %q", err, want)
				}
			}
			if after := m.snapshot(); after != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// TestReadRefusesDevices only reads. If the check were broken, a whole install would
// replace the machine's device with a file.
func TestReadRefusesDevices(t *testing.T) {
	device := target{file: os.DevNull}
	if err := device.read(); err == nil || !strings.Contains(err.Error(), "not a file that can be edited") {
		t.Errorf("got %v", err)
	}
}

// close removes the right to write in a directory, until the end of the test.
func (m *machine) close(directory string) {
	m.t.Helper()
	if err := os.Chmod(m.path(directory), 0o500); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { os.Chmod(m.path(directory), 0o700) })
	if err := heedModes(); err != nil {
		m.t.Fatal(err)
	}
	if file, err := os.Create(m.path(directory + "/probe")); err == nil {
		file.Close()
		os.Remove(file.Name())
		parts.Missing(m.t, "a user whom modes stop", "run the tests as an ordinary user, on another system than Windows")
	}
}

// snapshot lists all files of the home directory with their contents.
func (m *machine) snapshot() string {
	m.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(m.home, func(path string, entry fs.DirEntry, err error) error {
		content := []byte(nil)
		if err == nil && entry.Type().IsRegular() {
			content, err = os.ReadFile(path)
		}
		all.WriteString(path + "\n" + string(content) + "\n")
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return all.String()
}

// TestReplaceGivesUp calls replace with content that must not be written.
func TestReplaceGivesUp(t *testing.T) {
	block := strings.Join(blockLines("[credential]", shortName), "\n") + "\n"
	for _, row := range []struct {
		name string
		// onDisk is the content of the file now. It had a user's settings when it was read.
		onDisk string
		new    string
		want   string
	}{
		{"the file was changed meanwhile", user + "[a]\n\tb = c\n", user + block, "another program just changed"},
		{"the new file is broken", user, user + "[" + block, "bad config"},
		{"another setting would be lost", user, block, "wrong settings"},
		{"another setting would move to another section", user, "[alias]\n\tname = A\n" + block, "wrong settings"},
		{"the block would be missing", user, user, "wrong settings"},
		{"the block would be there twice", user, user + block + block, "wrong settings"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.write(".gitconfig", user)
			found, err := findTarget(t.Context(), m.options())
			if err != nil {
				t.Fatal(err)
			}
			m.write(".gitconfig", row.onDisk)
			before := m.snapshot()
			err = found.replace(t.Context(), edit{data: []byte(row.new), helper: shortName})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q in it", err, row.want)
			}
			if after := m.snapshot(); after != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	m := newMachine(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Install(ctx, m.options()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	m.expect(".gitconfig", absent)
}
