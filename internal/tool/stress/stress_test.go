package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

// few is a stress of some seconds: a number of rounds, and tokens that end because the
// server revokes them and not by the clock.
func few() options {
	return options{
		processes: 8, rounds: 12, time: time.Hour, kill: 20,
		lifetime: 2 * time.Hour, revoke: 20, seed: 1,
	}
}

// emptyTemporary makes an empty directory and uses it for temporary files.
func emptyTemporary(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, directory)
	}
	return directory
}

func isEmpty(t *testing.T, directory string) {
	t.Helper()
	if entries, err := os.ReadDir(directory); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

func TestStress(t *testing.T) {
	parts.Long(t)
	for _, test := range []struct {
		name   string
		change func(*options)
	}{
		{"processes are killed", func(*options) {}},
		{"processes and refreshing children are killed", func(o *options) { o.killRefresh, o.latency = 30, 20*time.Millisecond }},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := few()
			test.change(&o)
			if o.killRefresh > 0 && !showsProcesses() {
				parts.Missing(t, "/proc", "run it on Linux")
			}
			parts.Go(t)
			temporary := emptyTemporary(t)
			o.state = t.TempDir()
			var report bytes.Buffer
			if err := play(t.Context(), o, &report); err != nil {
				t.Errorf("%v\n%s", err, &report)
			}
			for _, row := range []string{"get", "refreshes", tokenGood} {
				if number(t, report.String(), row) == 0 {
					t.Errorf("%s: none:\n%s", row, &report)
				}
			}
			isEmpty(t, temporary)
			isEmpty(t, o.state)
		})
	}
}

// number returns the first number in a row of the report.
func number(t *testing.T, report, row string) int {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + row + ` +(\d+)`).FindStringSubmatch(report)
	if found == nil {
		t.Fatalf("no row %q:\n%s", row, report)
	}
	value, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestStoppedItLeavesNothing(t *testing.T) {
	parts.Long(t)
	parts.Go(t)
	temporary := emptyTemporary(t)
	o := few()
	o.rounds = 0
	ctx, stop := context.WithCancel(t.Context())
	begun := writerFunc(func(line []byte) { stop() }) // the first line is written before the first process starts
	if err := play(ctx, o, begun); err == nil {
		t.Error("no error, though it was stopped")
	}
	isEmpty(t, temporary)
}

type writerFunc func([]byte)

func (w writerFunc) Write(line []byte) (int, error) {
	w(line)
	return len(line), nil
}

func TestArguments(t *testing.T) {
	for _, test := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"help", []string{"-h"}, 0, "usage: go run ./internal/tool/stress", ""},
		{"an unknown option", []string{"-other"}, 1, "", "usage: go run ./internal/tool/stress"},
		{"an argument", []string{"other"}, 1, "", "is not understood"},
		{"no processes", []string{"-processes=0"}, 1, "", "-processes is 0"},
		{"no time", []string{"-seconds=0"}, 1, "", "-seconds is 0"},
		{"more than all", []string{"-kill=101"}, 1, "", "0 to 100"},
		{"half a second", []string{"-lifetime=500ms"}, 1, "", "whole seconds"},
		{"a disk to fill that is not named", []string{"-full"}, 1, "", "-state"},
		{"fewer than none", []string{"-revoke=-1"}, 1, "", "must not be negative"},
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

// TestDefaultsAreUnderstood: the usage names every option with its default.
func TestDefaultsAreUnderstood(t *testing.T) {
	o, err := parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := options{processes: 64, time: time.Minute, kill: 5, lifetime: 2 * time.Second, revoke: 500}
	if o != want {
		t.Errorf("got %+v, want %+v", o, want)
	}
	var stdout bytes.Buffer
	run(t.Context(), []string{"-h"}, &stdout, io.Discard)
	for _, line := range []string{"-processes 64 ", "-seconds 60 ", "-kill 5 ", "-kill-refresh 0 ", "-lifetime 2s ", "-revoke 500 "} {
		if !strings.Contains(stdout.String(), line) {
			t.Errorf("the usage does not say %q", line)
		}
	}
}
