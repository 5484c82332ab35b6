package engines

import (
	"crypto/rand"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

func gitIsChallenged(c client) {
	response, err := http.Get(c.URL + "/group/project.git/info/refs?service=git-upload-pack")
	c.must(err)
	response.Body.Close()
	if got := response.Header.Get("WWW-Authenticate"); response.StatusCode != http.StatusUnauthorized || got != c.challenge {
		c.t.Errorf("status %d, challenge %q; want 401, %q", response.StatusCode, got, c.challenge)
	}
}

// git sends a pack above http.postBuffer (1 MB) in chunks, and a long list of
// commits that the server may know as gzip.
func gitSendsChunksAndGzip(c client) {
	address := c.repository(c.signIn().AccessToken)
	pushed, fetched := c.t.TempDir(), c.t.TempDir()
	c.mustGit("", "clone", address, pushed)
	// Shares no commit with the server, so that git lists all commits that it has.
	c.mustGit("", "init", fetched)
	c.importCommits(fetched, 100)
	noise := make([]byte, 4<<20) // not compressible
	rand.Read(noise)             // never fails
	c.must(os.WriteFile(filepath.Join(pushed, "noise"), noise, 0o600))
	c.mustGit(pushed, "add", "noise")
	c.mustGit(pushed, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=large")

	c.t.Setenv("GIT_TRACE_CURL", "1")
	push := c.mustGit(pushed, "push", address, "HEAD:refs/heads/large")
	if !strings.Contains(push, "Send header: Transfer-Encoding: chunked") {
		c.t.Error("git did not push in chunks")
	}
	fetch := c.mustGit(fetched, "fetch", address, "refs/heads/large")
	if !strings.Contains(fetch, "Send header: Content-Encoding: gzip") {
		c.t.Error("git did not send a gzip request")
	}
	if got, want := c.commit(fetched, "FETCH_HEAD"), c.commit(pushed, "HEAD"); got != want {
		c.t.Errorf("fetched %s, pushed %s", got, want)
	}
}

func gitRunsInParallel(c client) {
	token := c.signIn().AccessToken
	parallel(8, func(int) { c.wantAccess("a new token", token, true) })
}

// parallel calls work(0) to work(n-1) at the same time and waits for all.
func parallel(n int, work func(int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { work(i) })
	}
	group.Wait()
}

// repository is the address of group/project.git with the token as password.
func (c client) repository(token string) string {
	return strings.Replace(c.URL, "://", "://"+c.username+":"+token+"@", 1) + "/group/project.git"
}

// wantAccess expects that git may, or may not, read the repository with a token.
func (c client) wantAccess(what, token string, want bool) {
	c.t.Helper()
	output, err := git("", "ls-remote", "--exit-code", c.repository(token), "refs/heads/main")
	if got := err == nil; got != want {
		c.t.Errorf("git may read with %s: %v, want %v\n%s", what, got, want, output)
	}
}

// importCommits creates n commits in a repository, with git-fast-import(1) because
// it is fast.
func (c client) importCommits(repository string, n int) {
	c.t.Helper()
	command := gitCommand(repository, "fast-import", "--quiet")
	command.Stdin = strings.NewReader(strings.Repeat("commit refs/heads/main\ncommitter A <a@example.com> 1 +0000\ndata 0\n", n))
	if output, err := command.CombinedOutput(); err != nil {
		c.t.Fatalf("git fast-import: %v\n%s", err, output)
	}
}

// mustGit runs git, which must not fail.
func (c client) mustGit(directory string, arguments ...string) string {
	c.t.Helper()
	output, err := git(directory, arguments...)
	if err != nil {
		c.t.Fatalf("git %q: %v\n%s", arguments, err, output)
	}
	return output
}

// commit returns the ID of the commit that a name such as "HEAD" refers to.
func (c client) commit(directory, name string) string {
	c.t.Helper()
	output, err := gitCommand(directory, "rev-parse", name).Output()
	c.must(err)
	return string(output)
}

// git runs git in a directory and returns all that it printed.
func git(directory string, arguments ...string) (string, error) {
	output, err := gitCommand(directory, arguments...).CombinedOutput()
	return string(output), err
}

// gitCommand returns git without the configuration of the system and the user.
func gitCommand(directory string, arguments ...string) *exec.Cmd {
	command := exec.Command("git", arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0", "no_proxy=127.0.0.1")
	return command
}
