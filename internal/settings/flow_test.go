package settings

import "testing"

func TestParseFlow(t *testing.T) {
	for _, value := range []string{"", "auto", "browser", "device", "paste"} {
		if got, err := ParseFlow("--flow", value); err != nil || string(got) != value {
			t.Errorf("ParseFlow(%q) = %q, %v", value, got, err)
		}
	}
	if _, err := ParseFlow("--flow", "carrier pigeon"); err == nil {
		t.Error("took an unknown flow")
	}
}
