package practice

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEnvironmentLeadsNowhereElse(t *testing.T) {
	t.Setenv("PATH", "/bin")
	environment := Environment([]string{
		"EDITOR=vi", "GIT_DIR=/repository", "git_ssl_no_verify=1", "DOORKEY_FLOW=paste", "HTTPS_PROXY=http://proxy", "no_proxy=*", "GITLAB_CI=1",
	}, "/programs", "/home/.gitconfig")
	for _, name := range []string{"GIT_DIR", "git_ssl_no_verify", "DOORKEY_FLOW", "HTTPS_PROXY", "no_proxy"} {
		if slices.ContainsFunc(environment, func(variable string) bool { return strings.HasPrefix(variable, name+"=") }) {
			t.Errorf("%s is still there", name)
		}
	}
	for _, want := range []string{
		"EDITOR=vi", "GITLAB_CI=1", "GIT_CONFIG_GLOBAL=/home/.gitconfig", "PATH=/programs" + string(os.PathListSeparator) + "/bin",
	} {
		if !slices.Contains(environment, want) {
			t.Errorf("%s is not in %q", want, environment)
		}
	}
}

func TestRemoveTakesEverything(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "a")
	if err := os.MkdirAll(filepath.Join(directory, "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds nothing, which is correct
		if err := Remove(directory); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(directory); !os.IsNotExist(err) {
		t.Errorf("it is still there (%v)", err)
	}
}

func TestRunHasMessagesInTheError(t *testing.T) {
	answer, messages, err := Run(Command(t.Context(), "", os.Environ(), "go", "no-such-command"))
	if err == nil || !strings.Contains(err.Error(), "go no-such-command: exit status 2\n") || !strings.Contains(err.Error(), "unknown command") {
		t.Errorf("error %v", err)
	}
	if answer != "" || !strings.Contains(messages, "unknown command") {
		t.Errorf("answered %q, said %q", answer, messages)
	}
}

// TestOutputIsTheAnswer: git prints its trace on standard error.
func TestOutputIsTheAnswer(t *testing.T) {
	answer, err := Output(Command(t.Context(), "", append(os.Environ(), "GIT_TRACE=1"), "git", "version"))
	if err != nil || !strings.HasPrefix(answer, "git version ") || strings.Count(answer, "\n") != 1 {
		t.Errorf("answered %q, %v", answer, err)
	}
}

func TestConsentWhereNoServerIs(t *testing.T) {
	t.Setenv(CAVariable, "")
	if err := Consent(t.Context(), "http://127.0.0.1:1/"); err == nil {
		t.Error("no error")
	}
}
