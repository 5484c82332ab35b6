package e2e

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/keyring"
	"git-credential-doorkey/internal/test/parts"
)

// keeper is a helper that stores passwords. It is git's only helper, and has its own home
// directory.
type keeper struct {
	name        string
	home        string
	program     []string // how to run it directly, without "git credential"
	environment []string
}

// newKeeper gives a helper an empty home directory. Its name is git's own "store" or
// "cache", or "doorkey" followed by the place for its data key.
func newKeeper(t *testing.T, name, bus string) keeper {
	t.Helper()
	dependsOnProgram()
	home := parts.Directory(t)
	k := keeper{name: name, home: home, environment: append(os.Environ(),
		"HOME="+home, "XDG_STATE_HOME="+home, "XDG_CONFIG_HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+filepath.Join(home, "config"),
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=echo", "DBUS_SESSION_BUS_ADDRESS="+bus, "DISPLAY=", "WAYLAND_DISPLAY=",
	)}
	helper, place, _ := strings.Cut(name, " ")
	switch helper {
	case "store":
		helper += " --file=" + filepath.Join(home, "kept")
	case "cache":
		socket := filepath.Join(home, "private", "socket")
		helper += " --socket=" + socket
		t.Cleanup(func() { k.git(t, "", "credential-cache", "--socket="+socket, "exit") })
	case "doorkey":
		k.git(t, "", "config", "--global", "credential.oauthStore", place)
	}
	k.program = strings.Fields("credential-" + helper)
	k.git(t, "", "config", "--global", "credential.helper", helper)
	return k
}

func (k keeper) git(t *testing.T, input string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	git := exec.Command("git", args...)
	git.Env, git.Stdin, git.Stdout, git.Stderr = k.environment, strings.NewReader(input), &stdout, &stderr
	if err := git.Run(); err != nil {
		t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String()
}

// take performs a step: "VERB URL [KEY=VALUE…] [-> ANSWER]". The verbs "approve", "reject"
// and "fill" go through "git credential". "store", "erase" and "get" go to the helper
// itself, whatever keys this git supports. It returns what is wrong with the answer, or "".
func (k keeper) take(t *testing.T, step string) string {
	t.Helper()
	question, want, asks := strings.Cut(step, " -> ")
	words := strings.Fields(question)
	verb, request := words[0], requestFor(t, words[1], words[2:])
	command := append(slices.Clone(k.program), verb)
	if slices.Contains([]string{"approve", "reject", "fill"}, verb) {
		command = []string{"credential", verb}
	}
	got := answerIn(k.git(t, request, command...))
	if asks && got != want {
		return fmt.Sprintf("%s: got %q, want %q", question, got, want)
	}
	return ""
}

// requestFor writes a URL and additional attributes in the format in which git writes them
// for helpers. The attribute challenge=N stands for a line of that length from the server.
func requestFor(t *testing.T, address string, attributes []string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"protocol=" + parsed.Scheme, "host=" + parsed.Host}
	if path := strings.TrimPrefix(parsed.Path, "/"); path != "" {
		lines = append(lines, "path="+path)
	}
	if parsed.User != nil {
		lines = append(lines, "username="+parsed.User.Username())
		if password, given := parsed.User.Password(); given {
			lines = append(lines, "password="+password)
		}
	}
	for _, attribute := range attributes {
		if length, ok := strings.CutPrefix(attribute, "challenge="); ok {
			n, err := strconv.Atoi(length)
			if err != nil {
				t.Fatal(err)
			}
			const start, end = `wwwauth[]=Basic realm="username=eve`, `"`
			attribute = start + strings.Repeat("x", n-len(start)-len(end)) + end
		}
		lines = append(lines, attribute)
	}
	return strings.Join(lines, "\n") + "\n\n"
}

// answerIn returns the credential in an answer, "USERNAME:PASSWORD", and what goes with the
// password. A "?" means that git has to ask the user for that part.
func answerIn(output string) string {
	fields := map[string]string{"username": "?", "password": "?"}
	for line := range strings.Lines(output) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !strings.HasPrefix(value, "Username for ") && !strings.HasPrefix(value, "Password for ") {
			fields[key] = value
		}
	}
	answer := fields["username"] + ":" + fields["password"]
	for _, key := range []string{"password_expiry_utc", "oauth_refresh_token"} {
		if value, given := fields[key]; given {
			answer += " " + key + "=" + value
		}
	}
	return answer
}

// forEachKeeper runs a test for git's own helpers and for doorkey with its data key in both
// places.
func forEachKeeper(t *testing.T, test func(t *testing.T, fresh func(t *testing.T) keeper)) {
	for _, name := range []string{"store", "cache", "doorkey file", "doorkey keyring"} {
		t.Run(name, func(t *testing.T) {
			if name != "doorkey file" {
				parts.Long(t)
			}
			bus := "unix:path=/nonexistent"
			if name == "doorkey keyring" {
				bus = keyring.Start(t).Address
			}
			test(t, func(t *testing.T) keeper { return newKeeper(t, name, bus) })
		})
	}
}
