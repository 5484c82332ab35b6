package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestDependenciesAreDescribed: each module in go.mod has a line with its size and its
// reason, and there are no lines for other modules.
func TestDependenciesAreDescribed(t *testing.T) {
	required := regexp.MustCompile(`(?m)^\t(\S+) v`).FindAllStringSubmatch(readText(t, "go.mod"), -1)
	_, section, _ := strings.Cut(readText(t, "docs/decisions.md"), "\n## Dependencies\n")
	section, _, _ = strings.Cut(section, "\n## ")
	described := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| [^|]+ \\|$").FindAllStringSubmatch(section, -1)
	names := make(map[string]bool)
	for _, row := range described {
		names[row[1]] = true
	}
	for _, module := range required {
		if !names[module[1]] {
			t.Errorf("docs/decisions.md does not say what %s is for", module[1])
		}
		delete(names, module[1])
	}
	if len(names) > 0 {
		t.Errorf("docs/decisions.md has %v, which go.mod does not have", names)
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestNoCgo: no package needs a C compiler. So the program for every system can be built on
// any system, with the same bytes.
func TestNoCgo(t *testing.T) {
	parts.Long(t)
	parts.Go(t)
	for _, system := range []string{"linux", "darwin", "windows", "freebsd"} {
		t.Run(system, func(t *testing.T) {
			list := exec.CommandContext(t.Context(), "go", "list", "-buildvcs=false", "-deps", "-f", "{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}", ".")
			list.Env = append(os.Environ(), "CGO_ENABLED=1", "GOOS="+system, "GOARCH=amd64")
			var stderr strings.Builder // go writes more than the result to it, such as what it downloads
			list.Stderr = &stderr
			if found, err := list.Output(); err != nil || len(found) > 0 {
				t.Errorf("%v\n%s%s", err, found, &stderr)
			}
		})
	}
}
