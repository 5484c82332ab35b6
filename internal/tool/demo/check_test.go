package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/practice"
)

// TestEveryClaimIsChecked makes each check find what it has to find.
func TestEveryClaimIsChecked(t *testing.T) {
	for _, test := range []struct {
		name string
		act  func(*testing.T, *story)
		want string
	}{
		{"a sign-in that did not come", func(t *testing.T, s *story) { s.counted(1, 0) },
			"the server counted 0 sign-ins, 0 refreshes; 1 sign-in, 0 refreshes would have been right"},
		{"a refresh that did not come", func(t *testing.T, s *story) { s.counted(0, 1) }, "0 sign-ins, 1 refresh would have been right"},
		{"no account", func(t *testing.T, s *story) { s.expire() }, "0 files of accounts"},
		{"git fails", func(t *testing.T, s *story) { s.git(t.Context(), "clone", "/nonexistent") }, "git clone /nonexistent: exit status 128"},
		{"git fails among several", func(t *testing.T, s *story) { s.gitAtOnce(t.Context(), 2, "clone", "/nonexistent") }, "2 of 2 failed"},
		{"doorkey speaks", func(t *testing.T, s *story) {
			s.gitInSilence(t.Context(), "-c", "alias.speak=!echo doorkey: hello >&2", "speak")
		}, "doorkey was to be silent, and said:\ndoorkey: hello"},
		{"another helper is asked", func(t *testing.T, s *story) { s.installed(t.Context()) }, "not doorkey alone"},
		{"another helper was told", func(t *testing.T, s *story) {
			write(t, s.otherHelper, "https://oauth2:token@127.0.0.1")
			s.otherHelperKnowsNothing()
		}, `the helper "store" was told the token`},
		{"the configuration has changed", func(t *testing.T, s *story) { s.unchanged([]byte("[user]\n")) }, "git's configuration was:\n[user]\n"},
		{"the person's configuration is read", func(t *testing.T, s *story) {
			write(t, s.configuration, "[user]\n\temail = person@example.com\n")
			s.readsOnlyThisConfiguration(t.Context())
		}, "git 2.32"},
		{"a commit that was not pushed", func(t *testing.T, s *story) {
			s.git(t.Context(), "init", "--quiet")
			s.git(t.Context(), "commit", "--quiet", "--allow-empty", "-m", "Other")
			s.pushed(t.Context())
		}, "the server's last commit is"},
		{"a token in an address", func(t *testing.T, s *story) {
			visit(t, s.server.CAFile(), s.server.URL()+"/oauth/authorize?access_token=x")
			s.noProblems()
		}, "what no client may send"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStory(t)
			test.act(t, s)
			if s.err == nil || !strings.Contains(s.err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", s.err, test.want)
			}
			said := s.out.(*bytes.Buffer)
			s.tell(t.Context())
			if strings.Contains(said.String(), "ok  ") {
				t.Errorf("after the failure:\n%s", said)
			}
		})
	}
}

func newStory(t *testing.T) *story {
	t.Helper()
	stage, err := newStage(false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.clear(); err != nil {
			t.Error(err)
		}
	})
	return &story{stage: stage, page: page{out: &bytes.Buffer{}}, stderr: io.Discard}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func visit(t *testing.T, caFile, address string) {
	t.Helper()
	browser, err := fakebrowser.New(caFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := browser.Visit(t.Context(), address, fakebrowser.Look); err != nil {
		t.Fatal(err)
	}
}

func TestArguments(t *testing.T) {
	for _, test := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"help", []string{"-h"}, 0, "usage: go run ./internal/tool/demo", ""},
		{"an unknown browser", []string{"-browser=other"}, 1, "", "is not understood"},
		{"an unknown option", []string{"-other"}, 1, "", "usage: go run ./internal/tool/demo"},
		{"an argument", []string{"other"}, 1, "", "is not understood"},
		{"consent where no server is", []string{practice.ConsentVerb, "http://127.0.0.1:1/"}, 1, "", "demo: fakebrowser:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), test.args, &stdout, &stderr); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if !strings.Contains(stdout.String(), test.stdout) || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("stdout %q, stderr %q; want %q, %q in them", &stdout, &stderr, test.stdout, test.stderr)
			}
		})
	}
}

func TestOwnBrowserNeedsOne(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("there always is one on " + runtime.GOOS)
	}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} {
		t.Setenv(name, "")
	}
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"-browser=own"}, io.Discard, &stderr); code != 1 || !strings.Contains(stderr.String(), "no browser can open here") {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
}

func TestColourOnlyWhereItIsShown(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, out := range map[string]io.Writer{"a buffer": &bytes.Buffer{}, "a file": file} {
		if isStyled(out) {
			t.Errorf("%s gets colour", name)
		}
	}
	var out bytes.Buffer
	page{out: &out, styled: true}.title("Title")
	if want := "\x1b[1mTitle\x1b[0m\n"; out.String() != want {
		t.Errorf("%q, want %q", &out, want)
	}
}
