package fakegitlab

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// gitCommand returns git as a user of the server would run it, without the
// caller's configuration.
func gitCommand(t *testing.T, server *Server, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", arguments...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_SSL_CAINFO=" + server.CAFile(),
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com"}
	return command
}

// git runs git and returns everything that it printed, including its messages.
func git(t *testing.T, server *Server, arguments ...string) (string, error) {
	t.Helper()
	output, err := gitCommand(t, server, arguments...).CombinedOutput()
	return string(output), err
}

// mustGit fails the test if git fails, and returns only git's answer.
func mustGit(t *testing.T, server *Server, arguments ...string) string {
	t.Helper()
	command := gitCommand(t, server, arguments...)
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s%s", strings.Join(arguments, " "), err, output, &stderr)
	}
	return string(output)
}

// address returns a repository's address with a user and password in it. git
// removes them from the address and sends them in a header.
func address(t *testing.T, server *Server, name, username, password string) string {
	t.Helper()
	u, err := url.Parse(server.URL() + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(username, password)
	return u.String()
}

func TestGit(t *testing.T) {
	parts.Long(t)
	const readOnly, all = "read_repository", "read_repository write_repository"
	for _, test := range []struct {
		name       string
		root       string
		scopes     string
		end        func(*Server)
		repository string
		push       bool
		problem    string // in git's message; "" if git succeeds
	}{
		{"read", "", all, nil, "group/project.git", false, ""},
		{"read with the scope for it alone", "", readOnly, nil, "group/project.git", false, ""},
		{"read under a relative root", "/git/lab", all, nil, "group/project.git", false, ""},
		{"read without .git", "", all, nil, "group/project", false, ""},
		{"write", "", all, nil, "group/project.git", true, ""},
		{"write with the scope for writing alone", "", "write_repository", nil, "group/project.git", true, ""},
		{"write with the scope for reading alone", "", readOnly, nil, "group/project.git", true, "Authentication failed"},
		{"read with a scope for other things", "", "openid", nil, "group/project.git", false, "Authentication failed"},
		{"read with an expired token", "", all, (*Server).ExpireAccessTokens, "group/project.git", false, "Authentication failed"},
		{"write with a revoked token", "", all, (*Server).RevokeGrants, "group/project.git", true, "Authentication failed"},
		{"unknown repository", "", all, nil, "group/other.git", false, "not found"},
		{"outside the directory", "", all, nil, "group/..%2f..%2fhome.git", false, "not found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := start(t, Options{Root: test.root, Scopes: strings.Fields(test.scopes)})
			access, _ := server.IssueGrant()
			if test.end != nil {
				test.end(server)
			}
			from := address(t, server, test.repository, "anybody", access)
			command := []string{"ls-remote", from}
			if test.push {
				command = []string{"--git-dir", server.RepositoryPath("group/project"), "push", from, "main:refs/heads/copy"}
			}
			output, err := git(t, server, command...)
			if (err == nil) != (test.problem == "") || !strings.Contains(output, test.problem) {
				t.Errorf("%v\n%s", err, output)
			}
			// git first asks without the password.
			if server.Count(GitUnauthorized) == 0 {
				t.Error("git was never asked for a password")
			}
			refused := server.Count(Git) == server.Count(GitUnauthorized)
			if want := test.problem == "Authentication failed"; refused != want {
				t.Errorf("every request was refused: %t, want %t", refused, want)
			}
			wantProblem(t, server, "")
		})
	}
}

func TestGitChallenge(t *testing.T) {
	server := start(t, Options{})
	response, body := send(t, server, newRequest(t, "GET", server.URL()+"/group/project.git/info/refs?service=git-upload-pack", nil))
	if response.StatusCode != 401 || response.Header.Get("WWW-Authenticate") != `Basic realm="GitLab"` || !strings.HasPrefix(body, "HTTP Basic: Access denied") {
		t.Errorf("%d %v %s", response.StatusCode, response.Header, body)
	}
}

func TestGitPushesMoreThanItsBuffer(t *testing.T) {
	parts.Long(t)
	server := start(t, Options{})
	access, _ := server.IssueGrant()
	clone := filepath.Join(t.TempDir(), "clone")
	mustGit(t, server, "clone", "--quiet", address(t, server, "group/project.git", "oauth2", access), clone)
	// git sends more than http.postBuffer (1 MiB) in chunks.
	if err := os.WriteFile(filepath.Join(clone, "large"), []byte(randomHex(6<<20)), 0o644); err != nil {
		t.Fatal(err)
	}
	mustGit(t, server, "-C", clone, "add", "large")
	mustGit(t, server, "-C", clone, "commit", "--quiet", "--message", "Large")
	mustGit(t, server, "-C", clone, "push", "--quiet", "origin", "main")
	here := mustGit(t, server, "-C", clone, "rev-parse", "main")
	there := mustGit(t, server, "--git-dir", server.RepositoryPath("group/project"), "rev-parse", "main")
	if here != there {
		t.Errorf("the server has %s, not %s", there, here)
	}
	wantProblem(t, server, "")
}

func TestAddRepository(t *testing.T) {
	server := start(t, Options{})
	if err := server.AddRepository("group/subgroup/other"); err != nil {
		t.Fatal(err)
	}
	access, _ := server.IssueGrant()
	if output := mustGit(t, server, "ls-remote", address(t, server, "group/subgroup/other.git", "oauth2", access)); !strings.Contains(output, "refs/heads/main") {
		t.Errorf("branches:\n%s", output)
	}
	if err := server.AddRepository("../outside"); err == nil {
		t.Error("a repository was made outside of the directory")
	}
}
