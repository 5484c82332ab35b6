package command

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/credential"
)

// FuzzTarget: doorkey either reads a URL from the user as git does, or rejects it.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{
		"gitlab.example.com", "https://Ada@GitLab.example.com:443/group/project.git/", "HTTP://[::1]:8080", "https://a@b@c", "https://h%41/",
		"https://h/%0a", "https://%0a@h/", "https://h:/", "https://h?a", "https:h", "://h", "cert:///x", "https://b\u00fccher.example", "https://h/a b", "https://h\\evil/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		found, err := parseTarget(given)
		if err != nil {
			return
		}
		if q := found.QuestionFor(""); q.Origin != found.Origin || q.Username != found.Label {
			t.Errorf("%q is %+v, and asks for %q at %q", given, found, q.Username, q.Origin)
		}
		if again, err := parseTarget(found.Origin); err != nil || again.Origin != found.Origin {
			t.Errorf("%q is at %q, which is at %q, %v", given, found.Origin, again.Origin, err)
		}
		if !strings.Contains(given, "://") {
			given = "https://" + given
		}
		asked := askedByGit(t, given)
		if asked.Origin() != found.Origin || asked.Username != found.Label && found.Label != "" {
			t.Errorf("%q is %+v, and for git it is %q at %q", given, found, asked.Username, asked.Origin())
		}
	})
}

// askedByGit returns what git asks its helpers about a URL, or nothing if git rejects the
// URL. The helper only saves the question and answers nothing. After that, git cannot ask
// the user either.
func askedByGit(t *testing.T, address string) credential.Request {
	t.Helper()
	question := filepath.Join(t.TempDir(), "question")
	git := exec.Command("git", "-c", "credential.helper=", "-c", "credential.helper=!cat >\"$QUESTION\";:", "-c", "credential.useHttpPath=true", "credential", "fill")
	git.Env = append(git.Environ(), "QUESTION="+question, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_DIR=/dev/null", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=")
	git.Stdin = strings.NewReader("url=" + address + "\n\n")
	_ = git.Run() // it fails: nobody has the password
	asked, err := os.ReadFile(question)
	if err != nil {
		return credential.Request{}
	}
	request, err := credential.Read(bytes.NewReader(asked))
	if err != nil {
		return credential.Request{}
	}
	return request
}
