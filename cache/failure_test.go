package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFailure(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	locked := lock(t, c, origin)
	defer locked.Unlock()
	none := Failure{}
	if last := c.LastFailure(origin); last != none {
		t.Errorf("before any: %v", last)
	}
	noted := Failure{At: time.Unix(1700000000, 123456789).UTC(), Text: "no answer in time\ncheck the network"}
	if err := locked.NoteFailure(noted); err != nil {
		t.Fatal(err)
	}
	if last := c.LastFailure(origin); last != noted {
		t.Errorf("got %v, want %v", last, noted)
	}
	if last := c.LastFailure("https://other.example"); last != none {
		t.Errorf("another origin has %v", last)
	}
	if err := os.Truncate(c.failure(origin), 10); err != nil {
		t.Fatal(err)
	}
	if last := c.LastFailure(origin); last != none {
		t.Errorf("a note that is damaged says %v", last)
	}
	locked.ClearFailure()
	if _, err := os.Stat(c.failure(origin)); !os.IsNotExist(err) {
		t.Errorf("it stays: %v", err)
	}
}
