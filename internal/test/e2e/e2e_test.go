package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/fakebrowser"
	"git-credential-doorkey/internal/test/parts"
)

// TestMain lets the test binary act as the browser that doorkey opens, and as "parallel".
// Under Wine, it acts as doorkey, too.
func TestMain(m *testing.M) {
	os.Setenv("GORACE", noSleepAtExit)
	commands := map[string]func(){"fakebrowser": browse, "parallel": parallel}
	if os.Getenv(windowsPrograms) != "" {
		commands["git-credential-doorkey"] = runUnderWine
	}
	testscript.Main(undisturbed{m}, commands)
}

// TestScripts runs the scripts of testdata/script: real git, with doorkey as its
// helper, against a fake GitLab.
func TestScripts(t *testing.T) {
	directory, files := scriptsToRun(t)
	testscript.Run(t, testscript.Params{
		Dir:                 directory,
		Files:               files,
		Setup:               isolate,
		Cmds:                scriptCommands(),
		Condition:           isSo,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// isSo evaluates the conditions [git:2.46], which means that git has this version or a
// newer one, [plain-git] and [root].
func isSo(condition string) (bool, error) {
	switch condition {
	case "root":
		return os.Getuid() == 0, nil
	case "plain-git":
		return parts.IsPlainGit()
	}
	wanted, ok := strings.CutPrefix(condition, "git:")
	if !ok {
		return false, fmt.Errorf("condition %q is unknown", condition)
	}
	return gitIsAtLeast(wanted)
}

func gitIsAtLeast(wanted string) (bool, error) {
	output, err := exec.Command("git", "version").Output()
	if err != nil {
		return false, err
	}
	var major, minor, wantMajor, wantMinor int
	if _, err := fmt.Sscanf(string(output), "git version %d.%d", &major, &minor); err != nil {
		return false, err
	}
	if _, err := fmt.Sscanf(wanted, "%d.%d", &wantMajor, &wantMinor); err != nil {
		return false, err
	}
	return major > wantMajor || major == wantMajor && minor >= wantMinor, nil
}

// isolate gives a script its own home directory, in which git finds only what the script
// writes.
func isolate(env *testscript.Env) error {
	dependsOnProgram()
	// On Windows, too, paths have slashes: for a shell, a backslash quotes what follows it.
	work := filepath.ToSlash(env.WorkDir)
	home := work + "/home"
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"WORK": work, "HOME": home, "XDG_STATE_HOME": home + "/.local/state", "XDG_CONFIG_HOME": home + "/.config",
		"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": home + "/.gitconfig", "GIT_TERMINAL_PROMPT": "0",
		"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
		"STATE":   home + "/.local/state/git-credential-doorkey",
		"GORACE":  noSleepAtExit,
		"BROWSER": "fakebrowser", "BROWSER_LOG": work + "/browser.log", "BROWSER_ANSWER": "authorize",
		"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "DISPLAY": "", "WAYLAND_DISPLAY": "",
		"TZ": "UTC", // in UTC, "gitlab expire" sets the expiry to the start of a year
	} {
		env.Setenv(name, value)
	}
	server := &serverOf{held: make(chan struct{})}
	env.Values[serverOf{}], env.Values[testOf{}], env.Values[fleetOf{}] = server, env.T(), new(fleetOf)
	env.Values[proxyOf{}] = &proxyOf{}
	env.Values[engineOf{}], env.Values[oidcOf{}] = &engineOf{}, &oidcOf{}
	env.Defer(func() { closeServer(env.T(), server) })
	return useWine(env)
}

// noSleepAtExit is a value of GORACE. A program that is built with the race detector sleeps
// for a second at its end by default; with this value it does not.
const noSleepAtExit = "atexit_sleep_ms=0"

// closeServer stops a script's server. The script fails if the server received anything
// that a client must not send.
func closeServer(t testscript.T, server *serverOf) {
	if server.Server == nil {
		return
	}
	server.Close()
	if problems := server.Problems(); len(problems) > 0 {
		t.Fatal("the server was sent what no client may send:\n" + strings.Join(problems, "\n"))
	}
}

// parallel is the command "parallel N command args…". It runs N copies of the command at
// once. If any of them fails, it fails with the message of one of them.
func parallel() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	failures := make(chan string, n)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if output, err := exec.Command(os.Args[2], os.Args[3:]...).CombinedOutput(); err != nil {
				failures <- fmt.Sprintf("%v: %s", err, output)
			}
		})
	}
	all.Wait()
	if len(failures) > 0 {
		fmt.Fprintf(os.Stderr, "%d of %d failed; one of them: %s", len(failures), n, <-failures)
		os.Exit(1)
	}
}

// browse is the command "fakebrowser". It acts as the user in the browser, records each
// visit in $BROWSER_LOG, and does what $BROWSER_ANSWER says: authorize, deny, or ignore.
func browse() {
	if err := visit(os.Args[len(os.Args)-1]); err != nil {
		fmt.Fprintln(os.Stderr, "fakebrowser:", err)
		os.Exit(1)
	}
}

func visit(address string) error {
	if err := note("opened " + address); err != nil {
		return err
	}
	answers := map[string]fakebrowser.Answer{"authorize": fakebrowser.Authorize, "deny": fakebrowser.Deny, "ignore": fakebrowser.Look}
	answer, known := answers[os.Getenv("BROWSER_ANSWER")]
	if !known {
		return fmt.Errorf("BROWSER_ANSWER is %q", os.Getenv("BROWSER_ANSWER"))
	}
	browser, err := fakebrowser.New(os.Getenv("GITLAB_CA"))
	if err != nil {
		return err
	}
	if certificate := os.Getenv("CLIENT_CERTIFICATE"); certificate != "" {
		if err := browser.ShowCertificate(certificate, os.Getenv("CLIENT_KEY")); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	page, err := browser.Visit(ctx, address, answer)
	if err != nil {
		return err
	}
	return note(fmt.Sprintf("ended on %d %s\n%s", page.Status, page.URL, page.Body))
}

// note appends to the log with one write, because several browsers may be open.
func note(text string) error {
	log, err := os.OpenFile(os.Getenv("BROWSER_LOG"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = fmt.Fprintln(log, text)
	return err
}
