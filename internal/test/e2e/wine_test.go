package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/wine"
)

// windowsPrograms is the variable with a directory that contains doorkey, fakebrowser and
// git (internal/test/wine/git) for Windows. If it is set, the scripts run doorkey for
// Windows under Wine, with this machine's real git.
const windowsPrograms = "DOORKEY_TEST_WINDOWS"

// runUnderWine is the command "git-credential-doorkey".
func runUnderWine() {
	directory := os.Getenv(windowsPrograms)
	command := exec.Command("wine", append([]string{filepath.Join(directory, "git-credential-doorkey.exe")}, os.Args[1:]...)...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	for _, name := range []string{"GIT_CONFIG_GLOBAL", "XDG_STATE_HOME", "XDG_CONFIG_HOME"} {
		os.Setenv(name, wine.ToWindows(os.Getenv(name))) // under Wine, only a path with its drive is absolute
	}
	os.Setenv("WINEPATH", wine.ToWindows(directory))
	os.Unsetenv(windowsPrograms)
	os.Unsetenv("TMPDIR") // Wine 10 crashes because of it
	err := command.Run()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(128)
	}
}

// useWine gives a script what runUnderWine needs.
func useWine(env *testscript.Env) error {
	directory := os.Getenv(windowsPrograms)
	if directory == "" {
		return nil
	}
	address, stop, err := wine.Serve()
	if err != nil {
		return err
	}
	env.Defer(stop)
	env.Setenv(windowsPrograms, directory)
	env.Setenv(wine.AddressVariable, address)
	for _, name := range []string{"WINEPREFIX", "WINEDEBUG", "XDG_RUNTIME_DIR"} {
		env.Setenv(name, os.Getenv(name))
	}
	return nil
}

// testsUnderWine returns the tests of the packages that have code for Windows. .ci/wine
// compiles them. It leaves out tests in which git has to run a program by a path with a
// drive, which this machine's git cannot do, tests of links, which differ between Wine and
// Windows, and slow tests with git that only repeat another test.
func testsUnderWine() map[string]string {
	return map[string]string{
		"cache":       ".",
		"credential":  ".",
		"environment": ".",
		"forward":     ".",
		"gitconfig":   "TestFile|TestExpandPath|TestNeedsGit|TestForURL|TestLockError",
		"install":     "TestInstallThenUninstall/(no_file|settings|CRLF|helpers_before)|TestUninstallAfterEdits/line_ends|TestHelperForRefuses|TestPathHelper|TestIsInstalled|TestIsOnWindowsPath|TestRegistryPaths|TestReadRefusesDevices",
		"session":     ".",
	}
}

func TestPackagesUnderWine(t *testing.T) {
	directory := os.Getenv(windowsPrograms)
	if directory == "" {
		t.Skip("runs under Wine: .ci/wine")
	}
	address, stop, err := wine.Serve()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	t.Setenv(wine.AddressVariable, address)
	t.Setenv("WINEPATH", wine.ToWindows(directory))
	for name, tests := range testsUnderWine() {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(directory, name+".test.exe")
			output, err := exec.CommandContext(t.Context(), "wine", program, "-test.timeout", "5m", "-test.run", tests).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}
