package gitconfig

import (
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// TestForURLHearsWhatGitHears: ForURL reads the user's own files as git does, including
// files for some repositories only, and reads nothing from a repository.
func TestForURLHearsWhatGitHears(t *testing.T) {
	parts.Long(t)
	const remote = "[remote \"origin\"]\n\turl = https://gitlab.example.com/group/project.git\n"
	for _, row := range []struct {
		name        string
		global      string            // ~/.gitconfig; REPOSITORY is the repository's path
		repository  string            // .git/config; HOME is the home directory
		environment map[string]string // ~/work sets the proxy to "work"
		want        string            // http.proxy
	}{
		{"no include", "", "", nil, ""},
		{"include", "[include]\n\tpath = work\n", "", nil, "work"},
		{"for this repository", "[includeIf \"gitdir:REPOSITORY/\"]\n\tpath = ~/work\n", "", nil, "work"},
		{"for another repository", "[includeIf \"gitdir:REPOSITORY/other/\"]\n\tpath = work\n", "", nil, ""},
		{"for the repository that GIT_DIR names", "[includeIf \"gitdir:REPOSITORY/\"]\n\tpath = work\n", "", map[string]string{"GIT_DIR": "REPOSITORY/.git"}, "work"},
		{"for its remote", "[includeIf \"hasconfig:remote.*.url:https://gitlab.example.com/**\"]\n\tpath = work\n", remote, nil, "work"},
		{"for another remote", "[includeIf \"hasconfig:remote.*.url:https://code.example/**\"]\n\tpath = work\n", remote, nil, ""},
		{"for its branch", "[includeIf \"onbranch:main\"]\n\tpath = work\n", "", nil, "work"},
		{"the last counts", "[include]\n\tpath = work\n[http]\n\tproxy = last\n", "", nil, "last"},
		{"an included one is the last", "[http]\n\tproxy = first\n[include]\n\tpath = work\n", "", nil, "work"},
		{"an included one for the host", "[http]\n\tproxy = all\n[include]\n\tpath = host\n[http]\n\tproxy = last\n", "", nil, "host"},
		{"by the command", "", "", map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "include.path", "GIT_CONFIG_VALUE_0": "HOME/work"}, "work"},
		{"by git -c", "", "", map[string]string{"GIT_CONFIG_PARAMETERS": "'http.proxy'='command'"}, "command"},

		{"the repository's own", "[http]\n\tproxy = mine\n", "[http]\n\tproxy = evil\n[http \"https://gitlab.example.com\"]\n\tproxy = evil\n", nil, "mine"},
		{"a file that it includes", "", "[include]\n\tpath = HOME/work\n", nil, ""},
		{"a file that it includes for itself", "", "[includeIf \"gitdir:/**\"]\n\tpath = HOME/work\n", nil, ""},
		{"a file that it includes and the person, too", "[include]\n\tpath = host\n", "[include]\n\tpath = HOME/work\n", nil, "host"},
		{"a file of its working tree", "", "[extensions]\n\tworktreeConfig = true\n", nil, ""},
		{"the file that GIT_CONFIG names", "", "[http]\n\tproxy = evil\n", map[string]string{"GIT_CONFIG": ".git/config"}, ""},

		{"one that git cannot read", "[http]\n\tproxy = mine\n", "[http\n", nil, "mine"},
		{"of a form that git does not know", "[http]\n\tproxy = mine\n", "[core]\n\trepositoryFormatVersion = 9\n", nil, "mine"},
		{"where GIT_DIR names none", "[http]\n\tproxy = mine\n", "", map[string]string{"GIT_DIR": "/nowhere"}, "mine"},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, "", "")
			here := withoutLinks(t, ".")
			git(t, "symbolic-ref", "HEAD", "refs/heads/main")
			names := strings.NewReplacer("REPOSITORY", asGitHasIt(here), "HOME", asGitHasIt(os.Getenv("HOME")))
			for file, content := range map[string]string{
				filepath.Join(os.Getenv("HOME"), ".gitconfig"): row.global,
				filepath.Join(os.Getenv("HOME"), "work"):       "[http]\n\tproxy = work\n",
				filepath.Join(os.Getenv("HOME"), "host"):       "[http \"https://gitlab.example.com\"]\n\tproxy = host\n",
				".git/config":                                  "[core]\n\trepositoryFormatVersion = 0\n" + row.repository,
				".git/config.worktree":                         "[http]\n\tproxy = evil\n",
			} {
				put(t, file, names.Replace(content))
			}
			for name, value := range row.environment {
				t.Setenv(name, names.Replace(value))
			}
			got, err := new(Config).ForURL(t.Context(), "http", &url.URL{Scheme: "https", Host: "gitlab.example.com"})
			if err != nil || got["proxy"] != row.want {
				t.Errorf("got %v, %v, want %q", got, err, row.want)
			}
		})
	}
}

// asGitHasIt returns a path without Wine's drive, which this machine's git does not
// understand.
func asGitHasIt(path string) string { return strings.TrimPrefix(filepath.ToSlash(path), "Z:") }

// TestForURLInOtherRepositories tests a bare repository and a linked working tree.
func TestForURLInOtherRepositories(t *testing.T) {
	write(t, "", "")
	root := parts.Directory(t)
	put(t, filepath.Join(os.Getenv("HOME"), ".gitconfig"), "[user]\n\tname = A\n\temail = a@example.com\n[includeIf \"gitdir:"+asGitHasIt(root)+"/\"]\n\tpath = work\n")
	put(t, filepath.Join(os.Getenv("HOME"), "work"), "[http]\n\tproxy = work\n")
	t.Chdir(root)
	git(t, "init", "-q", "--bare", "bare.git")
	git(t, "init", "-q", "main")
	git(t, "-C", "main", "commit", "-q", "--allow-empty", "-m", "first")
	git(t, "-C", "main", "worktree", "add", "-q", "../linked")
	for _, place := range []string{"bare.git", "main", "linked"} {
		t.Run(place, func(t *testing.T) {
			t.Chdir(filepath.Join(root, place))
			git(t, "config", "http.proxy", "evil")
			got, err := new(Config).ForURL(t.Context(), "http", &url.URL{Scheme: "https", Host: "gitlab.example.com"})
			if err != nil || got["proxy"] != "work" {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestForURLIsGits: settings apply to a URL if git says so, for any URLs. (The section
// "credential" applies to more URLs: see TestContexts.)
func TestForURLIsGits(t *testing.T) {
	const written = `
[http]
	helper = one
	helper = two
	first = all
	Alone
	empty =
	twice = one
	twice = two
	text = "a;b#c \"d\" \\ e\n\tf  "
[Http "https://gitlab.example.com"]
	helper = three
	first = host
	alone = no
	empty
[http "https://GITLAB.example.com:443/"]
	second = port
[http "https://gitlab.example.com:8443"]
	first = other port
[http "https://gitlab.example.com/group"]
	first = path
	path = yes
[http "https://gitlab.example.com/gr%6Fup/project"]
	escaped = yes
[http "https://ada@gitlab.example.com"]
	first = user
[http "https://ada%40example.com@gitlab.example.com"]
	first = address
[http "https://*.example.com"]
	first = pattern
	pattern = yes
[http "https://gitl%61b.example.com"]
	first = escaped host
[http "http://gitlab.example.com"]
	first = plain
[http "gitlab.example.com"]
	first = no URL
[http ""]
	first = nothing
[http "https://"]
	first = no host
[http "https://[::1]:8443"]
	first = number
[http "https://xgitlab.example.com"]
	first = longer
[http "a\"b\\c"]
	first = odd
[http.Gitlab]
	first = old form
`
	for _, address := range []string{
		"https://gitlab.example.com", "https://GitLab.Example.com", "https://gitlab.example.com:443", "https://gitlab.example.com:8443", "http://gitlab.example.com",
		"https://gitlab.example.com/group", "https://gitlab.example.com/group/project.git", "https://gitlab.example.com/group/project", "https://gitlab.example.com/groups",
		"https://ada@gitlab.example.com", "https://bob@gitlab.example.com/group", "https://ada%40example.com@gitlab.example.com",
		"https://code.example.com", "https://a.b.example.com", "https://example.com", "https://gitlab.example.com.", "https://lab.example.com", "https://code.example", "https://[::1]:8443",
	} {
		t.Run(address, func(t *testing.T) {
			write(t, written, "")
			parsed, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			output, err := exec.Command("git", "config", "-z", "--get-urlmatch", "http", address).Output()
			if err != nil {
				t.Fatal(err)
			}
			want := make(Values)
			for setting := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
				l := newLine("", "", setting)
				want[l.name()] = l.value()
			}
			maps.DeleteFunc(want, func(name, _ string) bool { return name == "helper" })
			if got, err := new(Config).ForURL(t.Context(), "http", parsed); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
		})
	}
}

// TestConfigIsReadOnce: one child process reads the configuration. Settings that nobody has
// configured need no further child.
func TestConfigIsReadOnce(t *testing.T) {
	write(t, "[credential]\n\thelper = x\n\toauthTimeout = 1\n[credential \"https://code.example\"]\n\toauthClientId = x\n[http]\n\tproxy = y\n", "")
	trace := filepath.Join(t.TempDir(), "trace")
	t.Setenv("GIT_TRACE2_EVENT", trace)
	var config Config
	for _, section := range []string{"credential", "http", "credential"} {
		if _, err := config.ForURL(t.Context(), section, &url.URL{Scheme: "https", Host: "gitlab.example.com"}); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(trace)
	if children := strings.Count(string(content), `"event":"start"`); err != nil || children != 1 {
		t.Errorf("%d children, %v", children, err)
	}
}

// TestConfigOfAnOldGit: git before 2.26 does not say where a setting comes from. doorkey
// then ignores the repository's settings, and reads all others.
func TestConfigOfAnOldGit(t *testing.T) {
	write(t, "[http]\n\tproxy = mine\n[http \"https://gitlab.example.com\"]\n\tsslVerify\n", "[http]\n\tproxy = evil\n")
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	beOldGit(t, real)
	if exec.Command("git", "config", "--show-scope", "--list").Run() == nil {
		t.Fatal("the git on PATH is not the old one")
	}
	got, err := new(Config).ForURL(t.Context(), "http", &url.URL{Scheme: "https", Host: "gitlab.example.com"})
	if want := (Values{"proxy": "mine", "sslverify": "true"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// realGit is the variable that makes this test binary behave as an old git. It contains the
// path of the git that does the work.
const realGit = "GITCONFIG_TEST_REAL_GIT"

// beOldGit puts a git on PATH that does not support --show-scope. It is a copy of this
// binary, because Windows cannot run a script as a program.
func beOldGit(t *testing.T, real string) {
	t.Helper()
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(test)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "git"+filepath.Ext(real)), content, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", directory+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv(realGit, real)
}

// oldGit does what the old git does, and returns its exit code.
func oldGit(real string, arguments []string) int {
	if slices.Contains(arguments, "--show-scope") {
		os.Stderr.WriteString("error: unknown option\n")
		return 129
	}
	git := exec.Command(real, arguments...)
	git.Stdin, git.Stdout, git.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := git.Run(); git.ProcessState == nil {
		os.Stderr.WriteString(err.Error())
		return 128
	}
	return git.ProcessState.ExitCode()
}
