//go:build !windows

package environment

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNothingIsInherited: a browser or the child that refreshes does not inherit a
// descriptor that locks a file for the caller.
func TestNothingIsInherited(t *testing.T) {
	for name, mark := range map[string]func(){"all at once": closeOnExec, "one by one": closeEachOnExec} {
		t.Run(name, func(t *testing.T) {
			inherited, err := syscall.Open(filepath.Join(t.TempDir(), "lock"), syscall.O_RDWR|syscall.O_CREAT, 0o600) // without O_CLOEXEC
			if err != nil {
				t.Fatal(err)
			}
			defer syscall.Close(inherited)
			look := func(attributes *syscall.SysProcAttr) string {
				child := exec.Command("/bin/sh", "-c", fmt.Sprintf("if (: >&%d) 2>/dev/null; then echo open; else echo closed; fi", inherited))
				child.SysProcAttr = attributes
				output, err := child.Output()
				if err != nil {
					t.Fatal(err)
				}
				return strings.TrimSpace(string(output))
			}
			if inherited > 9 {
				t.Skip("the shell takes one digit alone for a descriptor")
			}
			if got := look(nil); got != "open" {
				t.Fatalf("the test is wrong: the descriptor is %s", got)
			}
			mark()
			if got := look(nil); got != "closed" {
				t.Errorf("it is %s", got)
			}
		})
	}
	t.Run("a child in its own session", func(t *testing.T) {
		inherited, err := syscall.Open(t.TempDir(), syscall.O_RDONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(inherited)
		child := exec.Command("/bin/sh", "-c", fmt.Sprintf("if (: <&%d) 2>/dev/null; then exit 1; fi", inherited))
		child.SysProcAttr = OwnSession()
		if err := child.Run(); err != nil {
			t.Errorf("it has the descriptor: %v", err)
		}
	})
}
