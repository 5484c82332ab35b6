package gitconfig

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// isolated returns an environment for git in which only the programs come from this
// machine.
func isolated(variables ...string) []string {
	environment := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GIT_") || strings.HasPrefix(variable, "XDG_") || strings.HasPrefix(variable, "HOME=")
	})
	return append(environment, variables...)
}

// withoutLinks returns the name that git uses for a directory.
func withoutLinks(t *testing.T, directory string) string {
	t.Helper()
	directory, err := filepath.Abs(directory)
	if err == nil {
		directory, err = filepath.EvalSymlinks(directory)
	}
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

func put(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFile compares with the files to which `git config` itself writes.
func TestFile(t *testing.T) {
	for _, row := range []struct {
		name  string
		scope Scope
		// variables are part of the environment besides HOME; ROOT stands for the test's
		// directory.
		variables, files []string
		want             string
	}{
		{"global, nothing there", Global, nil, nil, "home/.gitconfig"},
		{"global, in the home directory", Global, nil, []string{"home/.gitconfig"}, "home/.gitconfig"},
		{"global, in the XDG directory by default", Global, nil, []string{"home/.config/git/config"}, "home/.config/git/config"},
		{"global, in both", Global, nil, []string{"home/.gitconfig", "home/.config/git/config"}, "home/.gitconfig"},
		{"global, in the named XDG directory", Global, []string{"XDG_CONFIG_HOME=ROOT/xdg"}, []string{"xdg/git/config", "home/.config/git/config"}, "xdg/git/config"},
		{"global, XDG directory named and empty", Global, []string{"XDG_CONFIG_HOME=ROOT/xdg"}, nil, "home/.gitconfig"},
		{"global, XDG_CONFIG_HOME empty", Global, []string{"XDG_CONFIG_HOME="}, []string{"home/.config/git/config"}, "home/.config/git/config"},
		{"global, by variable", Global, []string{"GIT_CONFIG_GLOBAL=ROOT/my config"}, []string{"home/.gitconfig"}, "my config"},
		{"global, by a variable that is set twice", Global, []string{"GIT_CONFIG_GLOBAL=ROOT/a", "GIT_CONFIG_GLOBAL=ROOT/b"}, nil, "b"},
		{"system, by variable", System, []string{"GIT_CONFIG_SYSTEM=ROOT/etc config"}, nil, "etc config"},
		{"system, not switched off", System, []string{"GIT_CONFIG_SYSTEM=ROOT/etc", "GIT_CONFIG_NOSYSTEM=false"}, nil, "etc"},
		{"local, below the top", Local, nil, nil, "work/.git/config"},
		{"local, by GIT_DIR", Local, []string{"GIT_DIR=ROOT/work/.git"}, nil, "work/.git/config"},
	} {
		t.Run(row.name, func(t *testing.T) {
			root := parts.Directory(t)
			inner := filepath.Join(root, "work", "inner")
			for _, directory := range []string{inner, filepath.Join(root, "home")} {
				if err := os.MkdirAll(directory, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for _, file := range row.files {
				put(t, filepath.Join(root, file), "")
			}
			environment := isolated("HOME=" + filepath.Join(root, "home"))
			if _, err := Run(t.Context(), filepath.Dir(inner), environment, "init", "-q"); err != nil {
				t.Fatal(err)
			}
			for _, variable := range row.variables {
				environment = append(environment, strings.ReplaceAll(variable, "ROOT", root))
			}
			want := filepath.Join(root, filepath.FromSlash(row.want))
			got, err := File(t.Context(), inner, environment, row.scope)
			if err != nil || got != want {
				t.Fatalf("got %q, %v, want %q", got, err, want)
			}
			if _, err := Run(t.Context(), inner, environment, "config", "--"+row.scope.String(), "doorkey.test", "here"); err != nil {
				t.Fatal(err)
			}
			if content, _ := os.ReadFile(want); !strings.Contains(string(content), "test = here") {
				t.Errorf("git writes elsewhere: %q holds %q", want, content)
			}
		})
	}
}

// TestFileOfWorktree: a repository's working trees share one configuration file.
func TestFileOfWorktree(t *testing.T) {
	root := parts.Directory(t)
	environment := isolated("HOME="+root, "GIT_CONFIG_NOSYSTEM=1")
	for _, arguments := range [][]string{
		{"init", "-q", "main"},
		{"-C", "main", "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "first"},
		{"-C", "main", "worktree", "add", "-q", "../other"},
	} {
		if _, err := Run(t.Context(), root, environment, arguments...); err != nil {
			t.Fatal(err)
		}
	}
	got, err := File(t.Context(), filepath.Join(root, "other"), environment, Local)
	if want := filepath.Join(root, "main", ".git", "config"); err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// TestFileOfTheMachine asks git for its built-in path, which does not depend on the
// configuration.
func TestFileOfTheMachine(t *testing.T) {
	home := parts.Directory(t)
	put(t, filepath.Join(home, ".gitconfig"), "broken\n[")
	got, err := File(t.Context(), home, isolated("HOME="+home), System)
	if err != nil || !filepath.IsAbs(got) || !strings.HasPrefix(filepath.Base(got), "gitconfig") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFileFails(t *testing.T) {
	for _, row := range []struct {
		name     string
		scope    Scope
		variable string
		want     string
	}{
		{"global, variable empty", Global, "GIT_CONFIG_GLOBAL=", `GIT_CONFIG_GLOBAL is ""`},
		{"global, variable relative", Global, "GIT_CONFIG_GLOBAL=here/config", `GIT_CONFIG_GLOBAL is "here/config"`},
		{"system, variable empty", System, "GIT_CONFIG_SYSTEM=", `GIT_CONFIG_SYSTEM is ""`},
		{"system, switched off", System, "GIT_CONFIG_NOSYSTEM=true", "GIT_CONFIG_NOSYSTEM is set"},
		{"local, outside a repository", Local, "GIT_DIR=", "not in a repository"},
		{"local, no such repository", Local, "GIT_DIR=/none", "not in a repository"},
	} {
		t.Run(row.name, func(t *testing.T) {
			home := parts.Directory(t)
			got, err := File(t.Context(), home, isolated("HOME="+home, row.variable), row.scope)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %q, %v, want an error with %q", got, err, row.want)
			}
		})
	}
}

func TestEntries(t *testing.T) {
	home := parts.Directory(t)
	file := filepath.Join(home, ".gitconfig")
	put(t, file, "[Credential]\n\tHelper =\n\thelper = two\\nlines\n[include]\n\tpath = more\n[credential \"https://A.example\"]\n\thelper\n[user]\n\tname = A\n")
	put(t, filepath.Join(home, "more"), "[credential]\n\thelper = included\n")
	put(t, filepath.Join(home, "other"), "[credential]\n\thelper = of-no-other-command\n")
	environment := isolated("HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG="+filepath.Join(home, "other"),
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=credential.helper", "GIT_CONFIG_VALUE_0=last")
	origin := "file:" + filepath.ToSlash(file)

	t.Run("of all scopes, by pattern", func(t *testing.T) {
		got, err := Entries(t.Context(), home, environment, `helper$`)
		want := []Entry{
			{"global", origin, "credential.helper", ""},
			{"global", origin, "credential.helper", "two\nlines"},
			{"global", "file:" + filepath.ToSlash(filepath.Join(home, "more")), "credential.helper", "included"},
			{"global", origin, "credential.https://A.example.helper", ""},
			{"command", "command line:", "credential.helper", "last"},
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	})
	t.Run("none", func(t *testing.T) {
		if got, err := Entries(t.Context(), home, environment, `^nothing\.`); err != nil || len(got) > 0 {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("of one file", func(t *testing.T) {
		got, err := FileEntries(t.Context(), environment, file)
		var keys []string
		for _, entry := range got {
			keys = append(keys, entry.Key+"="+entry.Value)
		}
		want := []string{"credential.helper=", "credential.helper=two\nlines", "include.path=more", "credential.https://A.example.helper=", "user.name=A"}
		if err != nil || !reflect.DeepEqual(keys, want) {
			t.Errorf("got %q, %v, want %q", keys, err, want)
		}
	})
	t.Run("of a broken file", func(t *testing.T) {
		put(t, filepath.Join(home, "broken"), "[a]\n\tb = c\n[")
		got, err := FileEntries(t.Context(), environment, filepath.Join(home, "broken"))
		if err == nil || !strings.Contains(err.Error(), "bad config line 4 in file") {
			t.Errorf("got %q, %v, want git's complaint", got, err)
		}
	})
}

func TestParseLinesRefuses(t *testing.T) {
	for _, output := range []string{"", "global\x00", "global\x00file:x\x00a.b\nc", "global\x00file:x\x00a.b\nc\x00more\x00"} {
		if got, err := parseLines(output); (err != nil) != (output != "") {
			t.Errorf("%q gave %+v, %v", output, got, err)
		}
	}
}

func TestRun(t *testing.T) {
	environment := isolated("HOME=" + t.TempDir())
	t.Run("success", func(t *testing.T) {
		if got, err := Run(t.Context(), "", environment, "version"); err != nil || !strings.HasPrefix(string(got), "git version ") {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("empty input", func(t *testing.T) {
		if got, err := Run(t.Context(), "", environment, "stripspace"); err != nil || len(got) > 0 {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("git fails", func(t *testing.T) {
		arguments := []string{"config", "--file", "/none/none", "--list"}
		_, err := Run(t.Context(), "", environment, arguments...)
		failure, ran := errors.AsType[*RunError](err)
		if !ran || failure.ExitCode != 128 || !strings.HasPrefix(failure.Message, "fatal: ") || !reflect.DeepEqual(failure.Arguments, arguments) {
			t.Errorf("got %#v", err)
		}
	})
	t.Run("git fails silently", func(t *testing.T) {
		_, err := Run(t.Context(), "", environment, "config", "no.such")
		if failure, ran := errors.AsType[*RunError](err); !ran || failure.ExitCode != 1 || !strings.Contains(err.Error(), "exit code 1") {
			t.Errorf("got %#v", err)
		}
	})
	t.Run("context ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Run(ctx, "", environment, "version"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", "")
		if _, err := Run(t.Context(), "", environment, "version"); err == nil || !strings.Contains(err.Error(), "check that git is installed") {
			t.Errorf("got %v", err)
		}
	})
}

func TestComplaint(t *testing.T) {
	for _, row := range []struct{ name, stderr, want string }{
		{"nothing", "\n", ""},
		{"one line", "fatal: not a repository\n", "fatal: not a repository"},
		{"trace before, advice after", "12:00 trace: built-in\nwarning: x\nfatal: dubious\nTo add an exception, call:\n", "fatal: dubious"},
		{"no fatal line", "error: unknown option `x'\nusage: git config\n", "error: unknown option `x'"},
		{"control and bidirectional characters", "fatal: \x1b[31mred\u202e\r\n", "fatal: ?[31mred?"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := complaint(row.stderr); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
