package parts

import (
	"fmt"
	"os"
	"strings"
)

// Undisturbed makes sure that the tests do not ask or affect the user who runs them.
// It detaches this process from their terminal, where doorkey would ask them. It removes
// the variables for git and doorkey from this process's environment: a hook sets a
// repository, and a CI job or an editor often sets a configuration, a proxy, or a program
// that answers for the user. Git reads no system configuration, in which macOS and Windows
// name the user's keyring. Call it before the first test.
func Undisturbed() {
	if err := leaveTerminal(); err != nil {
		panic(fmt.Sprintf("the tests cannot leave the terminal: %v", err))
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		upper := strings.ToUpper(name)
		ours := strings.HasPrefix(upper, "DOORKEY_") && !strings.HasPrefix(upper, "DOORKEY_TEST_")
		if ours || strings.HasPrefix(upper, "GIT_") || strings.HasSuffix(upper, "_PROXY") {
			os.Unsetenv(name)
		}
	}
	os.Setenv("GIT_CONFIG_NOSYSTEM", "1")
}
