package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// TestWaiting: the demo prints every ten seconds that it is still working, and nothing once
// it is done.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		stop := page{out: &out}.waiting("still compiling")
		time.Sleep(25 * time.Second)
		stop()
		time.Sleep(time.Minute)
		if want := "     (still compiling after 10 s)\n     (still compiling after 20 s)\n"; out.String() != want {
			t.Errorf("got %q, want %q", &out, want)
		}
	})
}
