package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/environment"
	"git-credential-doorkey/internal/test/docs"
	"git-credential-doorkey/oauthflow"
)

// inCI is a UI whose output goes to a log: it has no terminal, and stderr is captured.
func inCI(stderr *bytes.Buffer) *UI {
	return &UI{Stderr: stderr, Environment: environment.Environment{Variable: func(name string) string { return map[string]string{"CI": "true"}[name] }}}
}

func TestPersonIsToldOnce(t *testing.T) {
	var stderr bytes.Buffer
	u := inCI(&stderr)
	u.ReportError(errors.New("it broke\nmend it"))
	u.ReportError(errors.New("it broke\nmend it"))
	if want := "doorkey: it broke\nhint: mend it\n"; stderr.String() != want {
		t.Errorf("said %q, want %q", stderr.String(), want)
	}
}

// TestNothingFromOutsideReachesTheTerminalRaw: a server chooses these texts.
func TestNothingFromOutsideReachesTheTerminalRaw(t *testing.T) {
	const hostile = "\x1b]0;title\x07\x1b[2J\r\u202egnp.exe\u2066\u200b\x9b1m\xff"
	deadline := time.Now().Add(time.Minute)
	for name, tell := range map[string]func(*UI){
		"error":     func(u *UI) { u.ReportError(errors.New(hostile)) },
		"origin":    func(u *UI) { u.KeyMissing(hostile, cache.InKeyring) },
		"client ID": func(u *UI) { u.NoClientID("https://"+hostile, "GitLab", hostile) },
		"address":   func(u *UI) { u.ShowAddress(hostile, "https://h/"+hostile, deadline) },
		"starter":   func(u *UI) { u.BrowserFailed(errors.New(hostile)) },
		"user code": func(u *UI) {
			u.ShowDeviceCode(hostile, oauthflow.DeviceCode{UserCode: hostile, VerificationURL: hostile}, deadline)
		},
		"waiting":         func(u *UI) { u.WaitingForSignIn(hostile, deadline) },
		"other's address": func(u *UI) { u.OtherSignIn(hostile, "https://h/"+hostile, "", deadline) },
		"other's code":    func(u *UI) { u.OtherSignIn(hostile, hostile, hostile, deadline) },
		"browser":         func(u *UI) { u.BrowserUnusable(errors.New(hostile)); u.BrowserGivenUp(errors.New(hostile)) },
		"countdown":       func(u *UI) { u.showLeft(hostile, deadline) },
		"pasted":          func(u *UI) { u.WrongPaste(errors.New(hostile)) },
		"paste prompt":    func(u *UI) { u.AskForPaste(hostile, "https://h/"+hostile, "1234", deadline) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, events := range []bool{false, true} {
				var stderr bytes.Buffer
				u := inCI(&stderr)
				u.Events = events
				tell(u)
				if stderr.Len() == 0 {
					t.Fatal("said nothing")
				}
				if strings.ContainsAny(stderr.String(), "\x1b\x07\r\u202e\u2066\u200b\u009b") {
					t.Errorf("events %v: wrote %q", events, stderr.String())
				}
			}
		})
	}
}

func TestEventsAreAnObjectALine(t *testing.T) {
	var stderr bytes.Buffer
	u := inCI(&stderr)
	u.Events = true
	u.ReportError(errors.New("it broke\nmend it\nor not"))
	u.KeyIsInFile("/state")
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %q", len(lines), stderr.String())
	}
	var e event
	if err := json.Unmarshal([]byte(lines[0]), &e); err != nil || e.Event != "error" || e.Message != "it broke" || len(e.Hints) != 2 {
		t.Errorf("got %+v, %v", e, err)
	}
}

// TestDevicePageOfAnotherServer: before users enter a code on another server's page,
// doorkey tells them that it belongs to another server.
func TestDevicePageOfAnotherServer(t *testing.T) {
	for _, row := range []struct{ host, want string }{
		{"", ""},
		{"evil.example", "hint: this page is on another server, evil.example: enter the code only if you know that https://git.example uses that server\n"},
	} {
		var stderr bytes.Buffer
		inCI(&stderr).ShowDeviceCode("https://git.example", oauthflow.DeviceCode{UserCode: "A", VerificationURL: "https://h/", OtherHost: row.host}, time.Now())
		if got := stderr.String(); !strings.HasSuffix(got, "\n"+row.want) || strings.Contains(got, "another server") != (row.want != "") {
			t.Errorf("host %q: said %q", row.host, got)
		}
	}
}

// TestCountdownInALog: doorkey prints a line every 30 s, so that people who read the log of
// a job see that it waits, and until when.
func TestCountdownInALog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		u := inCI(&stderr)
		ctx, cancel := context.WithCancel(t.Context())
		_, stop := u.Countdown(ctx, "https://h", time.Now().Add(5*time.Minute))
		time.Sleep(70 * time.Second)
		synctest.Wait()
		stop()
		cancel()
		want := "doorkey: 4m30s left for the sign-in to https://h\ndoorkey: 4m0s left for the sign-in to https://h\n"
		if stderr.String() != want {
			t.Errorf("said %q, want %q", stderr.String(), want)
		}
	})
}

// TestDocumentHasEveryEvent: the table of events lists what doorkey prints.
func TestDocumentHasEveryEvent(t *testing.T) {
	var said []string
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`event\{\s*Event: "([a-z_]+)"`).FindAllStringSubmatch(string(content), -1) {
			said = append(said, found[1])
		}
	}
	described := docs.FirstCells(t, "docs/for-programs.md", "Events")
	slices.Sort(said)
	slices.Sort(described)
	if said = slices.Compact(said); !slices.Equal(said, described) {
		t.Errorf("doorkey says\n%q, and described are\n%q", said, described)
	}
}

// TestDocumentHasEveryField: the document describes every field of an event that programs
// can read.
func TestDocumentHasEveryField(t *testing.T) { docs.HasFields(t, "docs/for-programs.md", event{}) }
