package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/install"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/oauthflow"
)

func TestJudgeGit(t *testing.T) {
	for _, row := range []struct {
		name         string
		major, minor int
		want         verdict
		text         string
	}{
		{"too old", 2, 25, verdictProblem, "2.26 or newer"},
		{"passes no challenge on", 2, 40, verdictNote, "from 2.41 on"},
		{"replaces no refused token", 2, 45, verdictNote, "from 2.46 on"},
		{"has all", 2, 46, verdictOK, "2.46"},
		{"the next major", 3, 0, verdictOK, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			judgeGit(gitconfig.Version{Major: row.major, Minor: row.minor}).expect(t, row.want, row.text)
		})
	}
}

// TestJudgeProgramShowsPathsAsTheyAre: a person can copy one, on Windows too.
func TestJudgeProgramShowsPathsAsTheyAre(t *testing.T) {
	const path = `C:\Users\ada\git-credential-doorkey.exe`
	judgeProgram(path, path).expect(t, verdictProblem, `"`+path+`"`)
}

func TestJudgeHelpers(t *testing.T) {
	helper := func(value, scope string, before bool) install.Helper {
		entry := gitconfig.Entry{Scope: scope, Origin: "file:" + scope, Key: "credential.helper", Value: value}
		return install.Helper{Entry: entry, Doorkey: value == "doorkey", Before: before}
	}
	doorkey := helper("doorkey", "global", false)
	for _, row := range []struct {
		name   string
		chain  []install.Helper
		hidden bool
		want   verdict
		texts  []string
	}{
		{"none", nil, false, verdictProblem, []string{"asks no helper", "install"}},
		{"another alone", []install.Helper{helper("store", "global", true)}, false, verdictProblem, []string{"does not ask doorkey", `"store"`}},
		{"doorkey alone", []install.Helper{doorkey}, false, verdictOK, []string{"and no other helper (global)"}},
		{"doorkey twice", []install.Helper{doorkey, helper("doorkey", "system", false)}, false, verdictWarning, []string{"twice", "system"}},
		{"one before", []install.Helper{helper("store", "system", true), doorkey}, false, verdictProblem, []string{"asked before doorkey", "install"}},
		{"one after", []install.Helper{doorkey, helper("store", "global", false)}, false, verdictWarning, []string{"still asked", "install"}},
		{"one after, with git 2.54", []install.Helper{doorkey, helper("store", "global", false)}, true, verdictNote, []string{"but not told the tokens", `"store"`}},
		{"one before, with git 2.54", []install.Helper{helper("store", "system", true), doorkey}, true, verdictProblem, []string{"asked before doorkey"}},
		{"a repository's after", []install.Helper{doorkey, helper("store", "local", false)}, false, verdictWarning, []string{"still asked", "take it out there"}},
		{"a shell snippet, which is not shown", []install.Helper{doorkey, helper("!echo password=hush", "local", false)}, false, verdictWarning, []string{`"a shell snippet"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := judgeHelpers(row.chain, row.hidden)
			f.expect(t, row.want, row.texts...)
			if strings.Contains(fmt.Sprint(f), "hush") {
				t.Errorf("a shell snippet is shown: %+v", f)
			}
		})
	}
}

func TestJudgeClock(t *testing.T) {
	for _, row := range []struct {
		name  string
		ahead time.Duration
		want  verdict
		text  string
	}{
		{"the same", 0, verdictOK, ""},
		{"a slow answer", 20 * time.Second, verdictOK, ""},
		{"a second behind", -time.Second, verdictOK, ""},
		{"after a sleep", -3 * time.Hour, verdictWarning, "3h0m0s behind the server"},
		{"set ahead", 31 * time.Second, verdictWarning, "31s ahead of the server"},
	} {
		t.Run(row.name, func(t *testing.T) { judgeClock(row.ahead).expect(t, row.want, row.text) })
	}
}

func TestJudgeRedirect(t *testing.T) {
	for _, row := range []struct {
		name, redirect string
		taken          bool
		want           verdict
		text           string
	}{
		{"any port", "http://127.0.0.1/", true, verdictOK, "with any port"},
		{"any port, spelled out", "http://127.0.0.1:0/callback", true, verdictOK, "with any port"},
		{"a port of its own", "http://localhost:7171/", false, verdictOK, "exactly this address"},
		{"a port that is taken", "http://127.0.0.1:7171/", true, verdictWarning, "another program listens there now"},
	} {
		t.Run(row.name, func(t *testing.T) {
			isFree := func(string) bool { return !row.taken }
			judgeRedirect(row.redirect, isFree).expect(t, row.want, row.redirect, row.text)
		})
	}
}

func TestPortIsFree(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if portIsFree(listener.Addr().String()) {
		t.Error("a port that somebody listens at is free")
	}
	listener.Close()
	if !portIsFree(listener.Addr().String()) {
		t.Error("a port that nobody listens at is not free")
	}
}

func TestJudgeKeyring(t *testing.T) {
	for _, row := range []struct {
		name            string
		err             error
		needed, desktop bool
		want            verdict
		text            string
	}{
		{"unlocked", nil, true, true, verdictOK, "unlocked"},
		{"none, and none needed", cache.ErrKeyringAbsent, false, false, verdictNote, "in a file"},
		{"none, and one needed", cache.ErrKeyringAbsent, true, false, verdictProblem, "log in to the desktop"},
		{"locked, on a desktop", cache.ErrKeyringLocked, true, true, verdictWarning, "dialog opens"},
		{"locked, and nobody to ask", cache.ErrKeyringLocked, false, false, verdictProblem, "unlock it"},
		{"silent", cache.ErrKeyringTimeout, false, true, verdictProblem, "does not answer"},
	} {
		t.Run(row.name, func(t *testing.T) { judgeKeyring(row.err, row.needed, row.desktop).expect(t, row.want, row.text) })
	}
}

func TestJudgeEnvironment(t *testing.T) {
	judgeEnvironment([]string{"PATH=/bin", "DOORKEY_FLOW=device", "GIT_TERMINAL_PROMPT=0", "DOORKEY_STATE_DIR=/s"}).
		expect(t, verdictOK, "DOORKEY_FLOW=device, DOORKEY_STATE_DIR=/s, GIT_TERMINAL_PROMPT=0")
	judgeEnvironment([]string{"DOORKEY_TOKEN=hush"}).expect(t, verdictWarning, "DOORKEY_TOKEN=…", "misspelt")
	judgeEnvironment([]string{"DOORKEY_CLIENT_SECRET=hush"}).expect(t, verdictOK, "DOORKEY_CLIENT_SECRET=…")
	judgeEnvironment([]string{"DOORKEY_FLOW=pigeon"}).expect(t, verdictProblem, "pigeon")
	if f := judgeEnvironment([]string{"PATH=/bin", "GIT_TERMINAL_PROMPT=1"}); f.Verdict != "" {
		t.Errorf("got %+v for what changes nothing", f)
	}
}

func TestJudgePlace(t *testing.T) {
	good := newFinding(verdictOK, "there")
	judgePlace(good, "/usr/bin/git-credential-doorkey", true).expect(t, verdictOK, "there")
	judgePlace(good, "/home/ada/.local/bin/git-credential-doorkey", false).expect(t, verdictNote, `without "/home/ada/.local/bin"`, "install")
	judgePlace(newFinding(verdictWarning, "another"), "/home/ada/bin/git-credential-doorkey", false).expect(t, verdictWarning, "another")
}

func TestJudgeNetwork(t *testing.T) {
	const address = "https://gitlab.example.com/oauth/token"
	for _, row := range []struct {
		name string
		err  error
		text string
	}{
		{"explained already", &url.Error{Op: "Get", URL: "https://hush", Err: &oauthflow.ConnectionError{}}, ""},
		{"no time left", &url.Error{Op: "Get", URL: "https://hush", Err: context.DeadlineExceeded}, "no answer from " + address + " within 10s\nlook at the network"},
		{"something else", errors.New("git's http.sslCAInfo: no such file"), "cannot talk to " + address + ": git's http.sslCAInfo"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := judgeNetwork(verdictWarning, address, row.err)
			f.expect(t, verdictWarning, row.text)
			if strings.Contains(fmt.Sprint(f), "hush") {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestJudgeAnswer(t *testing.T) {
	for _, row := range []struct {
		name     string
		status   int
		location string
		want     verdict
	}{
		{"asks for a credential", 401, "", verdictOK},
		{"knows no such repository", 404, "", verdictOK},
		{"a redirect on the server", 301, "/group/project.git/info/refs", verdictOK},
		{"a redirect that names the port as well", 301, "https://GitLab.example.com:443/group/project.git/info/refs", verdictOK},
		{"a redirect to another server", 302, "https://sso.example.com/", verdictWarning},
		{"a redirect to plain http", 302, "http://gitlab.example.com/", verdictWarning},
		{"a ban", 403, "", verdictWarning},
		{"trouble", 502, "", verdictWarning},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := judgeAnswer("https://gitlab.example.com", serverAnswer{status: row.status, location: row.location})
			f.expect(t, row.want, fmt.Sprint(row.status))
			if shown := strings.Contains(fmt.Sprint(f.Hints), row.location); row.want == verdictWarning && !shown {
				t.Errorf("the address of the redirect is not shown: %+v", f)
			}
		})
	}
}

func TestWhyNoBrowser(t *testing.T) {
	for _, row := range []struct{ name, variables, want string }{
		{"SSH", "SSH_TTY", "an SSH session"},
		{"CI", "GITLAB_CI", "a CI job"},
		{"a browser of the terminal", "BROWSER", "BROWSER"},
		{"a console", "", "no display"},
		{"a desktop without a program", "DISPLAY", "no program"},
	} {
		t.Run(row.name, func(t *testing.T) {
			where := surroundings{system: "linux", program: func(string) string { return "" }, kernel: func() string { return "" },
				container: func() bool { return false }, variable: func(name string) string {
					if name == row.variables {
						return "1"
					}
					return ""
				}}
			if got := describe([]flow{deviceFlow, pasteFlow}, automatic, where); !strings.Contains(got, "by device, else by paste") || !strings.Contains(got, row.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}
