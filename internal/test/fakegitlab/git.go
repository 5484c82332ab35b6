package fakegitlab

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// firstCommit is the content of a new repository, in the format of git fast-import.
const firstCommit = `commit refs/heads/main
committer doorkey <doorkey@example.com> 1700000000 +0000
data 13
First commit

M 100644 inline README.md
data 20
A practice project.

`

// repositoryConfig lets git receive pushes, and stops it from starting a clean-up
// in the background, which could run longer than the server.
const repositoryConfig = `[http]
	receivepack = true
[gc]
	auto = 0
[receive]
	autogc = false
[maintenance]
	auto = false
`

// prepareGit finds git and makes its directories.
func (s *Server) prepareGit() error {
	question := exec.Command("git", "--exec-path")
	question.Env = []string{"HOME=" + s.home(), "GIT_CONFIG_NOSYSTEM=1", "PATH=" + os.Getenv("PATH")}
	output, err := question.Output()
	if err != nil {
		return fmt.Errorf("fakegitlab: find git: %v", err)
	}
	s.gitPrograms = strings.TrimSpace(string(output))
	s.backend, err = exec.LookPath(filepath.Join(s.gitPrograms, "git-http-backend"))
	if err != nil {
		return fmt.Errorf("fakegitlab: find git-http-backend: %v", err)
	}
	for _, directory := range []string{s.repositories(), s.home()} {
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return fmt.Errorf("fakegitlab: make a directory: %v", err)
		}
	}
	return nil
}

func (s *Server) repositories() string { return filepath.Join(s.options.Directory, "repositories") }
func (s *Server) home() string         { return filepath.Join(s.options.Directory, "home") }

// gitEnvironment excludes the caller's git configuration.
func (s *Server) gitEnvironment() []string {
	return []string{"HOME=" + s.home(), "XDG_CONFIG_HOME=" + s.home(), "GIT_CONFIG_NOSYSTEM=1", "GIT_EXEC_PATH=" + s.gitPrograms}
}

// RepositoryPath returns the directory of a repository such as "group/project", so
// that tests can inspect it with git.
func (s *Server) RepositoryPath(name string) string {
	return filepath.Join(s.repositories(), filepath.FromSlash(name)+".git")
}

// AddRepository makes a bare repository such as "group/project" with one
// commit on the branch main. Its address is URL() + "/" + name + ".git".
func (s *Server) AddRepository(name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("fakegitlab: repository name %q leaves the directory", name)
	}
	path := s.RepositoryPath(name)
	if err := s.runGit("", "init", "--quiet", "--bare", "--template=", "--initial-branch=main", path); err != nil {
		return err
	}
	config, err := os.OpenFile(filepath.Join(path, "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("fakegitlab: configure the repository: %v", err)
	}
	defer config.Close()
	if _, err := config.WriteString(repositoryConfig); err != nil {
		return fmt.Errorf("fakegitlab: configure the repository: %v", err)
	}
	return s.runGit(firstCommit, "--git-dir", path, "fast-import", "--quiet")
}

func (s *Server) runGit(input string, arguments ...string) error {
	command := exec.Command("git", arguments...)
	command.Env = append(s.gitEnvironment(), "PATH="+os.Getenv("PATH"))
	command.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("fakegitlab: git %s: %v: %s", strings.Join(arguments, " "), err, stderr.String())
	}
	return nil
}

// splitGitPath splits a path such as "/group/project.git/info/refs" into the
// repository ("/group/project.git") and the rest.
func splitGitPath(path string) (repository, rest string, ok bool) {
	for _, rest := range []string{"/info/refs", "/git-upload-pack", "/git-receive-pack"} {
		if repository, ok := strings.CutSuffix(path, rest); ok {
			return repository, rest, true
		}
	}
	if i := strings.Index(path, ".git/"); i >= 0 {
		return path[:i+len(".git")], path[i+len(".git"):], true
	}
	return "", "", false
}

// answerGit serves git's smart HTTP protocol to clients with a valid token.
func (s *Server) answerGit(w http.ResponseWriter, q *request) {
	repository, rest, _ := splitGitPath(q.path)
	if !strings.HasSuffix(repository, ".git") && rest == "/info/refs" {
		q.URL.Path = s.options.Root + repository + ".git" + rest
		http.Redirect(w, q.Request, q.URL.String(), http.StatusMovedPermanently)
		return
	}
	push := rest == "/git-receive-pack" || q.URL.Query().Get("service") == "git-receive-pack"
	if !s.mayUseGit(q, push) {
		s.record.count(GitUnauthorized)
		w.Header().Set("WWW-Authenticate", `Basic realm="`+s.options.maker.realm+`"`)
		answerText(w, http.StatusUnauthorized, "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password.")
		return
	}
	if !s.hasRepository(strings.TrimSuffix(repository, ".git")) {
		answerText(w, http.StatusNotFound, "The project does not exist, or you may not see it.")
		return
	}
	s.runBackend(w, q)
}

// hasRepository reports whether there is a repository such as "/group/project".
func (s *Server) hasRepository(name string) bool {
	name = filepath.FromSlash(strings.TrimPrefix(name, "/"))
	if !filepath.IsLocal(name) {
		return false
	}
	information, err := os.Stat(s.RepositoryPath(name))
	return err == nil && information.IsDir()
}

// mayUseGit reports whether the request has a valid access token as the password
// of the right user, with a scope for the request.
func (s *Server) mayUseGit(q *request, push bool) bool {
	m := s.options.maker
	username, password, _ := q.BasicAuth()
	pair, failure := s.grants.look(password)
	if failure != "" || m.gitUser != "" && m.gitUser != username {
		return false
	}
	return slices.Contains(pair.scopes, m.writeScope) ||
		!push && slices.Contains(pair.scopes, m.readScope)
}

// runBackend passes the request to git http-backend.
func (s *Server) runBackend(w http.ResponseWriter, q *request) {
	r := q.Clone(q.Context())
	// The program does not need the token, and others can see its environment.
	r.Header.Del("Authorization")
	// cgi rejects a chunked body, which git uses for a large push. Without a length,
	// the program reads to the end of its input.
	r.TransferEncoding = nil
	// git may report progress while the client still sends the push. Without this, the
	// server would discard the rest of the push at the first answer.
	http.NewResponseController(w).EnableFullDuplex()
	backend := &cgi.Handler{
		Path: s.backend,
		Root: s.options.Root,
		Dir:  s.repositories(),
		Env: append(s.gitEnvironment(),
			"GIT_PROJECT_ROOT="+s.repositories(), "GIT_HTTP_EXPORT_ALL=1",
			"REMOTE_USER=oauth2", "GIT_PROTOCOL="+q.Header.Get("Git-Protocol")),
		Logger: log.New(io.Discard, "", 0),
		Stderr: io.Discard,
	}
	backend.ServeHTTP(w, r)
}
