package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"git-credential-doorkey/internal/test/parts"
	"git-credential-doorkey/internal/test/practice"
)

// browserMark is set if the test binary acts as the user's own browser.
const browserMark = "DEMO_TEST_IS_BROWSER"

func TestMain(m *testing.M) {
	if os.Getenv(browserMark) != "" {
		os.Exit(run(context.Background(), []string{practice.ConsentVerb, os.Args[len(os.Args)-1]}, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// person is a user with a git configuration and an environment with which the demo would
// fail if it used them.
type person struct{ temporary, home, settings string }

const personsConfiguration = `[http]
	proxy = http://127.0.0.1:1
[commit]
	gpgSign = true
[gpg]
	program = false
`

func newPerson(t *testing.T) person {
	t.Helper()
	parts.Go(t) // before downloads become impossible: the person's proxy does not exist
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, strings.TrimSpace(string(value)))
	}
	p := person{
		temporary: filepath.Join(t.TempDir(), "a directory with spaces"),
		home:      t.TempDir(),
		settings:  t.TempDir(),
	}
	if err := os.Mkdir(p.temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.home, ".gitconfig"), []byte(personsConfiguration), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"TMPDIR": p.temporary, "TMP": p.temporary, "TEMP": p.temporary, "HOME": p.home, "XDG_CONFIG_HOME": p.settings,
		// Without a terminal, doorkey prints to stderr.
		"CI":      "true",
		"GIT_DIR": "/nonexistent", "HTTPS_PROXY": "http://127.0.0.1:1", "DOORKEY_INTERACTIVE": "0",
	} {
		t.Setenv(name, value)
	}
	return p
}

// isUntouched fails the test unless the person's directories are unchanged.
func (p person) isUntouched(t *testing.T) {
	t.Helper()
	// Go stores its own statistics in the settings.
	for directory, want := range map[string]string{p.temporary: "", p.home: ".gitconfig", p.settings: "go"} {
		entries, err := os.ReadDir(directory)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.Name() != want {
				t.Errorf("left behind: %q", filepath.Join(directory, entry.Name()))
			}
		}
	}
	if content, err := os.ReadFile(filepath.Join(p.home, ".gitconfig")); string(content) != personsConfiguration {
		t.Errorf("the person's .gitconfig is %q (%v)", content, err)
	}
}

// ownBrowser makes the test binary the person's browser. BROWSER contains its name without
// the directory, because BROWSER cannot contain a path with spaces.
func (p person) ownBrowser(t *testing.T) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("BROWSER", filepath.Base(program))
	t.Setenv(browserMark, "yes")
}

// clues are lines that the output must have, in this order.
var clues = []string{
	"doorkey: sign in once, then git works by itself\n", "$  go build",
	"ok  git asked the helper \"store\"; now it asks only doorkey",
	"$  git clone https://127.0.0.1:", "ok  the server counted 1 sign-in, 0 refreshes,",
	"$  git push", "ok  the commit is on the server", "ok  the server counted 0 sign-ins, 0 refreshes,",
	"$  git fetch\n", "ok  the server counted 0 sign-ins, 1 refresh,",
	"$  git fetch   (8 at once)", "ok  the server counted 0 sign-ins, 1 refresh,",
	"$  git credential-doorkey uninstall", "ok  git's configuration is what it was before, byte for byte",
	"ok  the helper \"store\" was told nothing", "ok  the server checked every request",
	"All was as promised, in",
}

func TestDemo(t *testing.T) {
	for _, test := range []struct {
		name      string
		args      []string
		browser   func(person, *testing.T)
		alsoSaid  string
		toldAside string // on stderr, where git and doorkey print messages for the user
	}{
		{name: "a program gives the consent", alsoSaid: "a program presses"},
		{name: "the person's own browser", args: []string{"-browser=own"}, browser: person.ownBrowser,
			alsoSaid: "Your browser opens", toldAside: "doorkey: sign in to https://127.0.0.1:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			person := newPerson(t)
			if test.browser != nil {
				parts.Long(t)
				test.browser(person, t)
			}
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), test.args, &stdout, &stderr); code != 0 {
				t.Errorf("exit code %d, want 0; stderr:\n%s", code, &stderr)
			}
			rest := stdout.String()
			for _, clue := range clues {
				_, after, said := strings.Cut(rest, clue)
				if !said {
					t.Fatalf("%q was not said in its place:\n%s", clue, &stdout)
				}
				rest = after
			}
			if !strings.Contains(stdout.String(), test.alsoSaid) {
				t.Errorf("%q was not said:\n%s", test.alsoSaid, &stdout)
			}
			if !strings.Contains(stderr.String(), test.toldAside) || (test.toldAside == "" && stderr.Len() > 0) {
				t.Errorf("stderr:\n%s\nwant %q in it", &stderr, test.toldAside)
			}
			checkPage(t, stdout.String())
			person.isUntouched(t)
		})
	}
}

// checkPage checks that the text fits a terminal with 80 columns, is plain, and contains
// nothing that looks like a token.
func checkPage(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if columns := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); columns > 80 {
			t.Errorf("%d columns: %s", columns, line)
		}
	}
	if strings.ContainsRune(text, '\x1b') {
		t.Error("colour, where no terminal is")
	}
	if token := regexp.MustCompile(`[0-9a-f]{32}`).FindString(text); token != "" {
		t.Errorf("a token: %s", token)
	}
}

// stopAt is an output that calls stop when a text has been written to it.
type stopAt struct {
	bytes.Buffer
	text string
	stop func()
}

func (s *stopAt) Write(p []byte) (int, error) {
	n, err := s.Buffer.Write(p)
	if strings.Contains(s.String(), s.text) {
		s.stop()
	}
	return n, err
}

func TestStoppedAnywhereItLeavesNothing(t *testing.T) {
	parts.Long(t)
	for _, text := range []string{"$  go build", "$  git clone", "$  git push", "$  git fetch\n", "(8 at once)", "uninstall"} {
		t.Run(text, func(t *testing.T) {
			person := newPerson(t)
			ctx, cancel := context.WithCancel(t.Context())
			stdout := &stopAt{text: text, stop: cancel}
			var stderr bytes.Buffer
			if code := run(ctx, nil, stdout, &stderr); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			if want := "demo: stopped; nothing is left behind\n"; stderr.String() != want {
				t.Errorf("stderr %q, want %q", &stderr, want)
			}
			if strings.Contains(stdout.String(), "as promised") {
				t.Errorf("it says that all is well:\n%s", stdout)
			}
			person.isUntouched(t)
		})
	}
}
