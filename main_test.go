package main

import (
	"bytes"
	"log"
	"strings"
	"testing"
)

// TestNoLoggerReachesTheTerminal: packages such as net/http write to the default
// logger of package log.
func TestNoLoggerReachesTheTerminal(t *testing.T) {
	var logged, stdout, stderr bytes.Buffer
	log.SetOutput(&logged)
	if code := run(t.Context(), []string{"--version"}, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	log.Print("Unsolicited response received on idle HTTP channel")
	if logged.Len() > 0 || stderr.Len() > 0 {
		t.Errorf("logged %q, stderr %q", logged.String(), stderr.String())
	}
}
