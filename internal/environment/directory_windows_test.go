package environment

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

// TestCloneCanBeDeleted: the browser does not keep git's directory as its own, which would
// prevent deleting it. A program that keeps it shows that this system does prevent that.
func TestCloneCanBeDeleted(t *testing.T) {
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	command := []string{program, "-test.run=TestOutlivesTreeAndJob"}
	t.Setenv(lifeVariable, "sleeper")
	for _, row := range []struct {
		name  string
		start func(t *testing.T)
		want  bool
	}{
		{"the browser", func(t *testing.T) {
			StartBrowser(command, "https://gitlab.example.com/", func(error) {}) // the test ends it
		}, true},
		{"a program that stays there", func(t *testing.T) {
			if err := exec.Command(command[0], command[1:]...).Start(); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			above := t.TempDir()
			clone, pidFile := filepath.Join(above, "clone"), filepath.Join(above, "pid")
			if err := os.Mkdir(clone, 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv(pidVariable, pidFile)
			t.Chdir(clone)
			row.start(t)
			sleeper := openProcess(t, awaitPID(t, pidFile))
			if err := os.Chdir(above); err != nil {
				t.Fatal(err)
			}
			removed := os.Remove(clone)
			windows.TerminateProcess(sleeper, 1)
			windows.WaitForSingleObject(sleeper, 3000)
			windows.CloseHandle(sleeper)
			if (removed == nil) != row.want {
				t.Errorf("the directory is removed: %v", removed)
			}
		})
	}
}
