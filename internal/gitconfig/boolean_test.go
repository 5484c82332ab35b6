package gitconfig

import (
	"os/exec"
	"testing"
)

// TestIsFalse compares how booleans are read with real git.
func TestIsFalse(t *testing.T) {
	for value, want := range map[string]bool{
		"": true, "0": true, "false": true, "FALSE": true, "no": true, "Off": true, "00": true, "0x0": true, "0k": true, "-0": true, "+0": true,
		"1": false, "true": false, "yes": false, "on": false, "2": false, "-1": false, "1k": false, "010": false,
	} {
		t.Run(value, func(t *testing.T) {
			if got := IsFalse(value); got != want {
				t.Errorf("got %t, want %t", got, want)
			}
			git := exec.Command("git", "-c", "a.b="+value, "config", "--type=bool", "a.b")
			if output, err := git.Output(); err != nil || (string(output) == "false\n") != want {
				t.Errorf("the row is wrong: git says %q, %v", output, err)
			}
		})
	}
	for _, value := range []string{"never", "auto", "0kk", "zero"} {
		if IsFalse(value) {
			t.Errorf("%q, which git takes for no boolean, is no", value)
		}
	}
}
