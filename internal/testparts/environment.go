package testparts

import (
	"os"
	"strings"
)

// Undisturbed takes out of the environment of this process what it says to git
// and doorkey: that of a hook names a repository, that of a CI job or of an
// editor often a configuration, a proxy, or a program that answers for the
// person. Call it before the first test.
func Undisturbed() {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		upper := strings.ToUpper(name)
		ours := strings.HasPrefix(upper, "DOORKEY_") && !strings.HasPrefix(upper, "DOORKEY_TEST_")
		if ours || strings.HasPrefix(upper, "GIT_") || strings.HasSuffix(upper, "_PROXY") {
			os.Unsetenv(name)
		}
	}
}
