package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// linuxOnly returns what programs on other systems understand differently or do not
// support. The key is a pattern, and the value says what to write instead.
func linuxOnly() map[string]string {
	return map[string]string{
		`\bsed (-[a-zA-Z]+ )*-i `:       "sed -i.old, and remove the copy",
		`\bdate .*-d\b`:                 "[linux], or a fixed time",
		`\bstat -c\b`:                   "[linux]",
		`\bflock -`:                     "needs flock util-linux, or [linux]",
		`\bulimit -f\b`:                 "[linux]: other systems count other blocks",
		`\bbase64 -w`:                   `base64 | tr -d "\n"`,
		`\breadlink -f\b`:               "[linux]",
		`\btouch -d\b`:                  "touch -t",
		`\bgrep -[a-zA-Z]*P`:            "grep -E",
		`\b(setsid|sha256sum|unshare) `: "[linux]",
		`/proc/`:                        "[linux]",
		`\bstrace `:                     "needs-strace",
	}
}

// TestScriptsArePortable: lines that run only on Linux are behind a condition, so that the
// scripts pass on macOS and Windows.
func TestScriptsArePortable(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		for _, problem := range notPortable(readText(t, script)) {
			t.Errorf("%s: %s", script, problem)
		}
	}
}

// notPortable finds the lines of a script that run only on Linux and that other systems
// reach. A condition applies to its line. "[!linux]" and "needs" apply to all lines that
// follow.
func notPortable(script string) (problems []string) {
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "[!linux] skip"), strings.HasPrefix(line, "[!linux] stop"), strings.HasPrefix(line, "needs"):
			return problems
		case strings.HasPrefix(line, "[linux]"), strings.HasPrefix(line, "#"):
			continue
		}
		for pattern, instead := range linuxOnly() {
			if regexp.MustCompile(pattern).MatchString(line) {
				problems = append(problems, fmt.Sprintf("%q runs on Linux only; write %s", line, instead))
			}
		}
	}
	return problems
}

func TestNotPortable(t *testing.T) {
	for _, row := range []struct {
		name, script string
		found        int
	}{
		{"GNU's sed", "exec sed -i s/a/b/ file", 1},
		{"its portable form", "exec sed -i.old s/a/b/ file", 0},
		{"with another option before", "exec sed -E -i s/a/b/ file", 1},
		{"GNU's date", `exec sh -c 'date -u -d "+55 sec"'`, 1},
		{"in a file of the script", "exec sh edit\n-- edit --\nsed -i s/a/b/ file", 1},
		{"behind a condition", "[linux] exec stat -c %a .", 0},
		{"the condition of another line", "[linux] exec true\nexec stat -c %a .", 1},
		{"behind the end for other systems", "[!linux] stop 'no flock'\nexec flock -F lock true", 0},
		{"before it", "exec flock -F lock true\n[!linux] stop 'no flock'", 1},
		{"with the program that it needs", "needs flock util-linux\nexec flock -F lock true", 0},
		{"a comment", "# stat -c is GNU's", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := notPortable(row.script); len(got) != row.found {
				t.Errorf("found %q, want %d", got, row.found)
			}
		})
	}
}

// TestWorkflowHasTime: the scripts need more than the ten minutes that go test allows by
// default.
func TestWorkflowHasTime(t *testing.T) {
	workflow := readText(t, ".github/workflows/ci.yml")
	tests := regexp.MustCompile(`(?m)^.*go test .*$`).FindAllString(workflow, -1)
	if len(tests) == 0 || slices.ContainsFunc(tests, func(line string) bool { return !strings.Contains(line, "-timeout ") }) {
		t.Errorf("go test in the workflow has no -timeout: %q", tests)
	}
}
