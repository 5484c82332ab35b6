// Package practice is shared by the demo and the stress test. Both build doorkey and
// run it against a practice GitLab, in a directory that is removed afterwards. A
// program replaces the user at the browser.
package practice

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// graceAfterStop is how long a command may take to clean up after it is stopped.
const graceAfterStop = 15 * time.Second

// lastOnes is how long the last processes may take to exit.
const lastOnes = 30 * time.Second

// NoKeyring is the build tag of the doorkey that tests start. On Windows and macOS it
// uses no keyring, because there is only the user's own, whatever HOME is. On other
// systems it has no effect: there the bus decides which keyring is used.
const NoKeyring = "nokeyring"

// Build builds packages into a directory of programs. The compiler's temporary files
// go to the directory temporary.
func Build(ctx context.Context, temporary, programs string, packages ...string) error {
	// Not the practice environment: Go's cache is in the user's home directory.
	build := Command(ctx, "", append(os.Environ(), "GOTMPDIR="+temporary), "go",
		append([]string{"build", "-buildvcs=false", "-tags=" + NoKeyring, "-o", programs + string(filepath.Separator)}, packages...)...)
	_, err := Output(build)
	return err
}

// Environment makes the environment of git and doorkey from the user's: with the
// programs first on PATH, one git configuration file, and nothing that could lead to
// the user's repository, settings or proxy.
func Environment(person []string, programs, configuration string) []string {
	var environment []string
	for _, variable := range person {
		name, _, _ := strings.Cut(variable, "=")
		if !leadsElsewhere(strings.ToUpper(name)) {
			environment = append(environment, variable)
		}
	}
	return append(environment,
		"PATH="+programs+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+configuration, "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=")
}

func leadsElsewhere(name string) bool {
	return strings.HasPrefix(name, "GIT_") || strings.HasPrefix(name, "DOORKEY_") || strings.HasSuffix(name, "_PROXY")
}

// NobodyThere returns the variables of a machine with another home directory than the
// user's, and without a user whom doorkey could ask in a terminal.
func NobodyThere(home string) []string {
	return []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_DATA_HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_STATE_HOME=" + home,
		"CI=true",
	}
}

// Output runs a command and returns its answer: what it printed on standard output.
// Programs print other messages on standard error; go, for example, prints what it
// downloads. An error contains both outputs.
func Output(command *exec.Cmd) (string, error) {
	answer, _, err := Run(command)
	return answer, err
}

// Run is Output that also returns what the command printed on standard error.
func Run(command *exec.Cmd) (answer, messages string, err error) {
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	if err = command.Run(); err != nil {
		err = fmt.Errorf("%s: %v\n%s", strings.Join(command.Args, " "), err, strings.TrimSpace(stderr.String()+stdout.String()))
	}
	return stdout.String(), stderr.String(), err
}

// Command returns a command that gets the signal of Ctrl-C when ctx ends, so that it
// can clean up.
func Command(ctx context.Context, directory string, environment []string, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.Env = directory, environment
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = graceAfterStop
	return command
}

// Remove removes a directory with everything in it. It tries again for a while: Ctrl-C
// does not stop a refresh that has started, and Windows cannot remove a program that
// still runs.
func Remove(directory string) error {
	err := errors.New("it is still there")
	for end := time.Now().Add(lastOnes); time.Now().Before(end); {
		failure := os.RemoveAll(directory)
		time.Sleep(50 * time.Millisecond)
		if _, looked := os.Lstat(directory); errors.Is(looked, fs.ErrNotExist) {
			return nil
		}
		if failure != nil {
			err = failure
		}
	}
	return err
}
