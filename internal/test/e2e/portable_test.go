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
// support. The key is a pattern, and the value says what to write instead,
// if that is not only a condition.
func linuxOnly() map[string]string {
	return map[string]string{
		`\bsed (-[a-zA-Z]+ )*-i `:             "sed -i.old, and remove the copy",
		`\b(sed|grep) [^|]*\\[swSWb]`:         "[[:space:]] and the like",
		`\b(sed|grep) [^|]*\{\d{3,}\\*\}`:     "awk and length(): on macOS, the most are 255 repetitions",
		`\bdate .*-d\b`:                       "a fixed time",
		`\bstat -c\b`:                         "Linux only",
		`\bflock -`:                           "Linux only",
		`\bulimit -f\b`:                       "other systems count other blocks",
		`\bbase64 -w`:                         `base64 | tr -d "\n"`,
		`\breadlink -[a-z]*[fem]`:             "Linux only",
		`\btouch -d\b`:                        "touch -t",
		`\bgrep -[a-zA-Z]*P`:                  "grep -E",
		`\bxargs -[a-z]*[rd]\b`:               "a loop",
		`\b(head|tail) -[nc] ?-`:              "sed or awk",
		`\bhead [^|;]*-z|\bsort -[a-z]*[Vz]`:  "lines",
		`\bmktemp [^|;]*(-p|--)`:              "mktemp -d, with a template",
		`\bln -[a-z]*[rT]|\bcp -[a-z]*[tT]\b`: "ln -s, or cp -R",
		`\becho -[en]`:                        "printf",
		`\bps -[a-z]*C|\bps --`:               "Linux only",
		`\b(find|ls) /tmp($| )`:               "/tmp/ with a slash: it is a link on macOS",
		`(^|exec |[;|&(] *)(ls|cp|mv|rm|mkdir|ln|sort|cut|du|wc|head|tail|touch|chmod|date|stat|sed|timeout|install) [^|;]*--[a-z]`: "short options",
		`\b(setsid|sha256sum|unshare|timeout|getent|pidof|tac|nproc|shuf|truncate|fallocate|setpriv) `:                              "Linux only",
		`/proc/|/dev/(full|shm)|/run/`: "Linux only",
		`\bstrace `:                    "needs-strace",
	}
}

// notOnWindows returns what Windows does not support, or its shell for its own programs.
func notOnWindows() map[string]string {
	return map[string]string{
		`\bmkfifo\b`:                "its shell's FIFOs are not for other programs",
		`\bkill (-[A-Z0-9]+ )?["$]`: "there are no signals",
		`\bchmod (go|a|o|g|[0-7]*[1-7])\b.*(json|key|STATE)`: "modes do not open a file to others",
		`\bln -s`: "links need a right",
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

// notPortable finds the lines of a script that other systems than Linux reach, and that
// fail there, or reach the real browser or keyring of the user who runs the tests.
func notPortable(script string) []string {
	problems := reachedLines(script, linuxOnly(), "!linux", "linux")
	problems = append(problems, reachedLines(script, notOnWindows(), "windows", "!windows")...)
	return append(problems, reachesUser(script)...)
}

// reachedLines finds the lines that match a pattern and are reached without Linux, or on
// Windows. The condition elsewhere ends the script there. The condition here applies to
// its own line. What needs strace or a keyring runs only on Linux.
func reachedLines(script string, patterns map[string]string, elsewhere, here string) (problems []string) {
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		switch {
		case endsScript(line, elsewhere), endsScript(line, "!linux"), line == "needs-strace", line == "keyring":
			return problems
		case here == "!windows" && (strings.HasPrefix(line, "terminal start") || strings.HasPrefix(line, "fleet start")):
			return problems // Windows has no tmux, and the engines are not built there
		case strings.HasPrefix(line, "[linux]"), strings.HasPrefix(line, "["+here+"]"), strings.HasPrefix(line, "#"):
			continue
		}
		for pattern, instead := range patterns {
			if regexp.MustCompile(pattern).MatchString(line) {
				problems = append(problems, fmt.Sprintf("%q does not run everywhere (%s); write [%s] before it", line, instead, here))
			}
		}
	}
	return problems
}

func endsScript(line, condition string) bool {
	rest, found := strings.CutPrefix(line, "["+condition+"] ")
	return found && (strings.HasPrefix(rest, "skip") || strings.HasPrefix(rest, "stop"))
}

// reachesUser finds the programs that would open the browser or the keychain of the user
// who runs the tests. Without BROWSER, macOS and Windows open the user's own browser,
// except over SSH and in a CI job. Apple's git reads the name of the keychain from a file
// of its own, which only GIT_CONFIG_NOSYSTEM turns off.
func reachesUser(script string) (problems []string) {
	variables := map[string]string{"BROWSER": "fakebrowser", "GIT_CONFIG_NOSYSTEM": "1"}
	own := []string{"fakebrowser", "false", "true", "./", "$WORK/"}
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		name, value, isSet := strings.Cut(strings.TrimPrefix(line, "env "), "=")
		switch {
		case endsScript(line, "!linux"), line == "needs-strace", strings.HasPrefix(line, "chromium "), strings.HasPrefix(line, "-- "):
			return problems
		case endsScript(line, "!plain-git"):
			variables["plain-git"] = "yes"
		case strings.HasPrefix(line, "env ") && isSet:
			variables[name] = strings.Trim(value, "'")
		}
		if !strings.Contains(line, "exec git") && !strings.HasPrefix(line, "terminal start") || strings.Contains(line, "exec git config") {
			continue
		}
		isOwn := slices.ContainsFunc(own, func(prefix string) bool { return strings.HasPrefix(variables["BROWSER"], prefix) })
		if !isOwn && variables["SSH_CONNECTION"] == "" && variables["CI"] == "" {
			problems = append(problems, fmt.Sprintf("%q opens a real browser; set SSH_CONNECTION, or BROWSER", line))
		}
		if variables["GIT_CONFIG_NOSYSTEM"] == "" && variables["plain-git"] == "" {
			problems = append(problems, fmt.Sprintf("%q asks the keychain with Apple's git; write [!plain-git] stop", line))
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
		{"with the program that it needs, which differs elsewhere", "needs flock util-linux\nexec flock -F lock true", 1},
		{"with strace", "needs-strace\nexec flock -F lock true", 0},
		{"too many repetitions", `exec sed s/x\{3000\}/y/ file`, 1},
		{"few repetitions", "exec sed -E 's/[0-9a-f]{64}/y/' file", 0},
		{"a class of GNU's", `exec sed 's/\s//' file`, 1},
		{"a link on macOS", "exec find /tmp -name x", 1},
		{"the directory behind it", "exec find /tmp/ -name x", 0},
		{"a long option", "exec sh -c 'true; sort --unique file'", 1},
		{"a long option of git's", "exec git ls-remote --tags; exec git rm --cached x", 0},
		{"a program of Linux", "exec timeout 60 true", 1},
		{"a signal on Windows", "exec sh -c 'kill -TERM $(cat pid)'", 1},
		{"a signal, not on Windows", "[!windows] exec sh -c 'kill -TERM $(cat pid)'", 0},
		{"a signal behind the end for Windows", "[windows] stop 'no signals'\nexec sh -c 'kill $(cat pid)'", 0},
		{"a FIFO on Windows", "exec mkfifo pipe", 1},
		{"a terminal, which Windows does not have", "terminal start 80 'x'\nexec mkfifo pipe", 0},
		{"a file that others can read on Windows", "exec chmod 644 fleet.key", 1},
		{"a private file", "exec chmod 600 fleet.key", 0},
		{"no browser", "env BROWSER=\nexec git fetch", 1},
		{"a browser that is not there", "env BROWSER=no-such-browser\nexec git fetch", 1},
		{"no browser, over SSH", "env BROWSER=\nenv SSH_CONNECTION='192.0.2.1 1 192.0.2.2 22'\nexec git fetch", 0},
		{"no browser, after SSH", "env SSH_CONNECTION=x\nenv BROWSER=\nenv SSH_CONNECTION=\nexec git fetch", 1},
		{"no browser, in a CI job", "env CI=true\nenv BROWSER=\nexec git fetch", 0},
		{"no browser, in a terminal", "env BROWSER=\nterminal start 80 'git fetch'", 1},
		{"a browser of the script", "env BROWSER=$WORK/opens\nexec git fetch", 0},
		{"no browser, on Linux", "[!linux] stop 'a real browser'\nenv BROWSER=\nexec git fetch", 0},
		{"the system configuration", "env GIT_CONFIG_NOSYSTEM=\nexec git fetch", 1},
		{"the system configuration of a git without its own", "[!plain-git] stop 'keychain'\nenv GIT_CONFIG_NOSYSTEM=\nexec git fetch", 0},
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
