package doctor

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
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/settings"
	"git-credential-doorkey/internal/ui"
	"git-credential-doorkey/oauthflow"
)

func TestJudgeGit(t *testing.T) {
	for _, row := range []struct {
		name         string
		major, minor int
		want         ui.Verdict
		text         string
	}{
		{"too old", 2, 25, ui.VerdictProblem, "2.26 or newer"},
		{"passes no challenge on", 2, 40, ui.VerdictNote, "git 2.41 and newer"},
		{"replaces no refused token", 2, 45, ui.VerdictNote, "with git 2.46 and newer"},
		{"has all", 2, 46, ui.VerdictOK, "2.46"},
		{"the next major", 3, 0, ui.VerdictOK, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			judgeGit(gitconfig.Version{Major: row.major, Minor: row.minor}).expect(t, row.want, row.text)
		})
	}
}

// TestJudgeProgramShowsPathsAsTheyAre: the user can copy a path, even on Windows.
func TestJudgeProgramShowsPathsAsTheyAre(t *testing.T) {
	const path = `C:\Users\ada\git-credential-doorkey.exe`
	judgeProgram(path, path, "v1.2.3").expect(t, ui.VerdictProblem, `"`+path+`"`)
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
		want   ui.Verdict
		texts  []string
	}{
		{"none", nil, false, ui.VerdictProblem, []string{"asks no credential helper", "install"}},
		{"another alone", []install.Helper{helper("store", "global", true)}, false, ui.VerdictProblem, []string{"does not ask doorkey", `"store"`}},
		{"one that git cannot run", []install.Helper{helper("git-credential-doorkey", "global", true)}, false, ui.VerdictProblem, []string{"does not ask doorkey", "not an absolute path", "install"}},
		{"doorkey alone", []install.Helper{doorkey}, false, ui.VerdictOK, []string{"only doorkey (global)"}},
		{"doorkey twice", []install.Helper{doorkey, helper("doorkey", "system", false)}, false, ui.VerdictWarning, []string{"twice", "system"}},
		{"one before", []install.Helper{helper("store", "system", true), doorkey}, false, ui.VerdictProblem, []string{"git asks another helper before doorkey", "install"}},
		{"one after", []install.Helper{doorkey, helper("store", "global", false)}, false, ui.VerdictWarning, []string{"git still asks another helper", "install"}},
		{"one after, with git 2.54", []install.Helper{doorkey, helper("store", "global", false)}, true, ui.VerdictNote, []string{"but does not pass it the tokens", `"store"`}},
		{"one before, with git 2.54", []install.Helper{helper("store", "system", true), doorkey}, true, ui.VerdictProblem, []string{"git asks another helper before doorkey"}},
		{"a repository's after", []install.Helper{doorkey, helper("store", "local", false)}, false, ui.VerdictWarning, []string{"git still asks another helper", "remove it there"}},
		{"a shell snippet, which is not shown", []install.Helper{doorkey, helper("!echo password=hush", "local", false)}, false, ui.VerdictWarning, []string{`"a shell snippet"`}},
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
		want  ui.Verdict
		text  string
	}{
		{"the same", 0, ui.VerdictOK, ""},
		{"a slow answer", 20 * time.Second, ui.VerdictOK, ""},
		{"a second behind", -time.Second, ui.VerdictOK, ""},
		{"after a sleep", -3 * time.Hour, ui.VerdictWarning, "3h0m0s behind the server"},
		{"set ahead", 31 * time.Second, ui.VerdictWarning, "31s ahead of the server"},
	} {
		t.Run(row.name, func(t *testing.T) { judgeClock(row.ahead).expect(t, row.want, row.text) })
	}
}

func TestJudgeRedirect(t *testing.T) {
	for _, row := range []struct {
		name, redirect string
		taken          bool
		want           ui.Verdict
		text           string
	}{
		{"any port", "http://127.0.0.1/", true, ui.VerdictOK, "with any port"},
		{"any port, spelled out", "http://127.0.0.1:0/callback", true, ui.VerdictOK, "with any port"},
		{"a port of its own", "http://localhost:7171/", false, ui.VerdictOK, "exactly this URL"},
		{"a port that is taken", "http://127.0.0.1:7171/", true, ui.VerdictWarning, "another program listens on this port"},
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
		want            ui.Verdict
		text            string
	}{
		{"unlocked", nil, true, true, ui.VerdictOK, "unlocked"},
		{"not asked, since a dialog would open", cache.ErrKeyringUnseen, true, true, ui.VerdictOK, "did not check"},
		{"none, and none needed", cache.ErrKeyringAbsent, false, false, ui.VerdictNote, "in a file"},
		{"none, and one needed", cache.ErrKeyringAbsent, true, false, ui.VerdictProblem, "log in to the desktop"},
		{"locked, on a desktop", cache.ErrKeyringLocked, true, true, ui.VerdictWarning, "dialog opens"},
		{"locked, and nobody to ask", cache.ErrKeyringLocked, false, false, ui.VerdictProblem, "unlock it"},
		{"silent", cache.ErrKeyringTimeout, false, true, ui.VerdictProblem, "does not respond"},
	} {
		t.Run(row.name, func(t *testing.T) {
			judgeKeyring("https://h.example", row.err, row.needed, row.desktop).expect(t, row.want, row.text)
		})
	}
}

func TestJudgeEnvironment(t *testing.T) {
	judgeEnvironment([]string{"PATH=/bin", "DOORKEY_FLOW=device", "GIT_TERMINAL_PROMPT=0", "DOORKEY_STATE_DIR=/s"}).
		expect(t, ui.VerdictOK, "DOORKEY_FLOW=device, DOORKEY_STATE_DIR=/s, GIT_TERMINAL_PROMPT=0")
	judgeEnvironment([]string{"DOORKEY_TOKEN=hush"}).expect(t, ui.VerdictWarning, "DOORKEY_TOKEN=…", "check the spelling")
	judgeEnvironment([]string{"DOORKEY_CLIENT_SECRET=hush"}).expect(t, ui.VerdictOK, "DOORKEY_CLIENT_SECRET=…")
	judgeEnvironment([]string{"DOORKEY_FLOW=pigeon"}).expect(t, ui.VerdictProblem, "pigeon")
	if f := judgeEnvironment([]string{"PATH=/bin", "GIT_TERMINAL_PROMPT=1"}); f.Verdict != "" {
		t.Errorf("got %+v for what changes nothing", f)
	}
}

func TestJudgePlace(t *testing.T) {
	good := newFinding(ui.VerdictOK, "there")
	judgePlace(good, "/usr/bin/git-credential-doorkey", true).expect(t, ui.VerdictOK, "there")
	judgePlace(good, "/home/ada/.local/bin/git-credential-doorkey", false).expect(t, ui.VerdictNote, `without "/home/ada/.local/bin"`, "install")
	judgePlace(newFinding(ui.VerdictWarning, "another"), "/home/ada/bin/git-credential-doorkey", false).expect(t, ui.VerdictWarning, "another")
}

func TestJudgeNetwork(t *testing.T) {
	const address = "https://gitlab.example.com/oauth/token"
	for _, row := range []struct {
		name string
		err  error
		text string
	}{
		{"explained already", &url.Error{Op: "Get", URL: "https://hush", Err: &oauthflow.ConnectionError{}}, ""},
		{"no time left", &url.Error{Op: "Get", URL: "https://hush", Err: context.DeadlineExceeded}, "no answer from " + address + " within 10s\ncheck the network"},
		{"something else", errors.New("git's http.sslCAInfo: no such file"), "cannot talk to " + address + ": git's http.sslCAInfo"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := judgeNetwork(ui.VerdictWarning, address, row.err)
			f.expect(t, ui.VerdictWarning, row.text)
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
		want     ui.Verdict
	}{
		{"asks for a credential", 401, "", ui.VerdictOK},
		{"knows no such repository", 404, "", ui.VerdictOK},
		{"a redirect on the server", 301, "/group/project.git/info/refs", ui.VerdictOK},
		{"a redirect that names the port as well", 301, "https://GitLab.example.com:443/group/project.git/info/refs", ui.VerdictOK},
		{"a redirect to another server", 302, "https://sso.example.com/", ui.VerdictWarning},
		{"a redirect to plain http", 302, "http://gitlab.example.com/", ui.VerdictWarning},
		{"a ban", 403, "", ui.VerdictWarning},
		{"trouble", 502, "", ui.VerdictWarning},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := judgeAnswer("https://gitlab.example.com", serverAnswer{status: row.status, location: row.location})
			f.expect(t, row.want, fmt.Sprint(row.status))
			if shown := strings.Contains(fmt.Sprint(f.Hints), row.location); row.want == ui.VerdictWarning && !shown {
				t.Errorf("the address of the redirect is not shown: %+v", f)
			}
		})
	}
}

func TestDescribeFlows(t *testing.T) {
	where := environment.Environment{Variable: func(name string) string { return map[string]string{"BROWSER": "lynx"}[name] }}
	for _, row := range []struct {
		name  string
		flows []settings.Flow
		named settings.Flow
		want  string
	}{
		{"one that was named", []settings.Flow{settings.Paste}, settings.Paste, "by paste, as configured"},
		{"those that work without a browser", []settings.Flow{settings.Device, settings.Paste}, settings.Automatic,
			"by device, else by paste, because no browser can open here (no program in BROWSER can be used)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := describe(row.flows, row.named, where); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
