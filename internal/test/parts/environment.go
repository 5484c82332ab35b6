package parts

import (
	"fmt"
	"os"
	"strings"
)

// Undisturbed keeps whoever runs the tests out of them. It leaves their terminal,
// in which doorkey would ask them, and takes out of the environment of this
// process what it says to git and doorkey: that of a hook names a repository,
// that of a CI job or of an editor often a configuration, a proxy, or a program
// that answers for the person. Call it before the first test.
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
}
