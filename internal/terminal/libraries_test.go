package terminal

import (
	"bytes"
	"log"
	"testing"
)

func TestSilenceLibraries(t *testing.T) {
	var logged bytes.Buffer
	before := log.Writer()
	log.SetOutput(&logged)
	defer log.SetOutput(before)
	SilenceLibraries()
	log.Print("Unsolicited response received on idle HTTP channel")
	if logged.Len() > 0 {
		t.Errorf("logged %q", logged.String())
	}
}
