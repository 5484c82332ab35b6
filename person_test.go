package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/oauthflow"
)

// inCI is a person behind a log: no terminal, stderr captured.
func inCI(stderr *bytes.Buffer) *person {
	return &person{stderr: stderr, where: linux(map[string]string{"CI": "true"})}
}

func TestPersonIsToldOnce(t *testing.T) {
	var stderr bytes.Buffer
	p := inCI(&stderr)
	p.complain(errors.New("it broke\nmend it"))
	p.complain(errors.New("it broke\nmend it"))
	if want := "doorkey: it broke\nhint: mend it\n"; stderr.String() != want {
		t.Errorf("said %q, want %q", stderr.String(), want)
	}
}

// TestNothingFromOutsideReachesTheTerminalRaw: a server chooses these texts.
func TestNothingFromOutsideReachesTheTerminalRaw(t *testing.T) {
	const hostile = "\x1b]0;title\x07\x1b[2J\r\u202egnp.exe\u2066\u200b\x9b1m\xff"
	deadline := time.Now().Add(time.Minute)
	for name, tell := range map[string]func(*person){
		"error":     func(p *person) { p.complain(errors.New(hostile)) },
		"origin":    func(p *person) { p.keyIsGone(hostile, cache.InKeyring) },
		"client ID": func(p *person) { p.missesClientID("https://"+hostile, "GitLab") },
		"address":   func(p *person) { p.openBrowser(hostile, "https://h/"+hostile, deadline) },
		"starter":   func(p *person) { p.browserFailed(errors.New(hostile)) },
		"user code": func(p *person) {
			p.showCode(hostile, oauthflow.DeviceCode{UserCode: hostile, VerificationURL: hostile}, deadline)
		},
		"waiting":      func(p *person) { p.signingIn(hostile)(deadline) },
		"countdown":    func(p *person) { p.showLeft(hostile, deadline) },
		"pasted":       func(p *person) { p.pastedWrong(errors.New(hostile)) },
		"paste prompt": func(p *person) { p.askPaste(hostile, "https://h/"+hostile, "1234", deadline) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, events := range []bool{false, true} {
				var stderr bytes.Buffer
				p := inCI(&stderr)
				p.events = events
				tell(p)
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
	p := inCI(&stderr)
	p.events = true
	p.complain(errors.New("it broke\nmend it\nor not"))
	p.keyIsInFile("/state")
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %q", len(lines), stderr.String())
	}
	var e event
	if err := json.Unmarshal([]byte(lines[0]), &e); err != nil || e.Event != "error" || e.Message != "it broke" || len(e.Hints) != 2 {
		t.Errorf("got %+v, %v", e, err)
	}
}

// TestCountdownInALog: a line every 30 s, so that whoever reads the log of a
// job sees that it waits, and until when.
func TestCountdownInALog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		p := inCI(&stderr)
		ctx, cancel := context.WithCancel(t.Context())
		stop := p.countdown(ctx, "https://h", time.Now().Add(5*time.Minute))
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

func TestDrawQR(t *testing.T) {
	black := func(x, y int) bool { return x >= 0 && y >= 0 && x < 2 && y < 2 && !(x == 1 && y == 1) }
	rows := strings.Split(strings.TrimSuffix(drawQR(2, black), "\n"), "\n")
	if len(rows) != 5 { // 2 modules and a quiet zone of 4 on each side, two to a row
		t.Fatalf("%d rows: %q", len(rows), rows)
	}
	for i, row := range rows {
		want := strings.Repeat(" ", 10)
		if i == 2 {
			want = "    █▀    "
		}
		if got := strings.TrimSuffix(strings.TrimPrefix(row, "\x1b[30;107m"), "\x1b[0m"); got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
}
