package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/gitconfig"
)

func TestParseTarget(t *testing.T) {
	for _, row := range []struct {
		name, given         string
		origin, path, label string
	}{
		{"host alone", "gitlab.example.com", "https://gitlab.example.com", "", ""},
		{"host with a port", "gitlab.example.com:8443", "https://gitlab.example.com:8443", "", ""},
		{"URL", "https://gitlab.example.com", "https://gitlab.example.com", "", ""},
		{"URL with a slash", "https://gitlab.example.com/", "https://gitlab.example.com", "", ""},
		{"default port, upper case", "HTTPS://GitLab.Example.COM:443", "https://gitlab.example.com", "", ""},
		{"repository", "https://gitlab.example.com/group/project.git", "https://gitlab.example.com", "group/project.git", ""},
		{"relative root", "example.com/gitlab/", "https://example.com", "gitlab", ""},
		{"label", "https://work@gitlab.example.com/p.git", "https://gitlab.example.com", "p.git", "work"},
		{"label that is an e-mail address", "https://ada%40example.com@gitlab.example.com", "https://gitlab.example.com", "", "ada@example.com"},
		{"IPv6", "https://[::1]:8443/p", "https://[::1]:8443", "p", ""},
		{"plain http", "http://code.example", "http://code.example", "", ""},
		{"mail, which has passwords too", "smtp://mail.example:587", "smtp://mail.example:587", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := parseTarget(row.given)
			if want := (Target{row.origin, row.path, row.label}); err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		})
	}
}

func TestParseTargetRefuses(t *testing.T) {
	for _, row := range []struct{ name, given, says string }{
		{"nothing but a scheme", "https://", "is not the URL of a host"},
		{"no host", "https:///group", "is not the URL of a host"},
		{"a query", "https://gitlab.example.com/?a=b", "is not the URL of a host"},
		{"a fragment", "https://gitlab.example.com/#a", "is not the URL of a host"},
		{"a port that is none", "https://gitlab.example.com:0", "is not the URL of a host"},
		{"a line break", "https://gitlab.example.com\nhost=evil.example", "is not the URL of a host"},
		{"a space", "https://gitlab example.com", "is not the URL of a host"},
		{"two ends of the user name", "https://ada@example.com@gitlab.example.com", "git does not accept the URL"},
		{"a line break in the label", "https://%0ahost=evil@gitlab.example.com", "git does not accept the URL"},
		{"a line break in the path", "https://gitlab.example.com/group%0aproject", "git does not accept the URL"},
		{"SSH, as git has it", "git@gitlab.example.com:group/project.git", "is not the URL of a host"},
		{"a password", "https://ada:secret@gitlab.example.com", "contains a password"},
		{"a password with a percent sign", "https://ada:%secret@gitlab.example.com", `"https://…@gitlab.example.com" is not the URL of a host`},
		{"a password with a number sign", "https://ada:#secret@gitlab.example.com", "is not the URL of a host"},
		{"a password with a question mark", "https://ada:1?secret@gitlab.example.com", "is not the URL of a host"},
		{"a password with a slash", "https://ada:p/secret@gitlab.example.com", "is not the URL of a host"},
		{"a password with an at sign", "https://ada:1@secret@gitlab.example.com", "contains a password"},
		{"a password and no scheme", "ada:%secret@gitlab.example.com", "is not the URL of a host"},
		{"a token with an at sign", "https://a@secret@gitlab.example.com", "git does not accept the URL"},
		{"a token in the query", "https://gitlab.example.com/p?private_token=secret", "is not the URL of a host"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := parseTarget(row.given)
			if err == nil || !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %+v, %v, want %q", got, err, row.says)
			}
		})
	}
}

// inRepository makes a repository and changes to it. The home directory has no
// configuration.
func inRepository(t *testing.T, configuration string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(home, "none"))
	t.Chdir(t.TempDir())
	if output, err := exec.Command("git", "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, output)
	}
	config, err := os.OpenFile(".git/config", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer config.Close()
	if _, err := config.WriteString(configuration); err != nil {
		t.Fatal(err)
	}
}

func TestTargetOf(t *testing.T) {
	t.Run("the remote of the repository", func(t *testing.T) {
		inRepository(t, "[remote \"origin\"]\n\turl = https://work@gitlab.example.com/p.git\n")
		got, err := TargetOf(t.Context(), "")
		if want := (Target{"https://gitlab.example.com", "p.git", "work"}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
	t.Run("a URL goes before it", func(t *testing.T) {
		inRepository(t, "[remote \"origin\"]\n\turl = https://work@gitlab.example.com/p.git\n")
		got, err := TargetOf(t.Context(), "code.example")
		if want := (Target{"https://code.example", "", ""}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
	for _, row := range []struct{ name, remote, given, says string }{
		{"no remote", "", "", "no host given"},
		{"a remote over SSH", "git@gitlab.example.com:p.git", "", "git remote set-url origin https://gitlab.example.com/p.git"},
		{"a remote over SSH with an invalid host name", "git@gitlab$(id):p.git", "", "no host given"},
		{"a remote in a directory", "/srv/p.git", "", "no host given"},
		{"a remote over plain http", "http://code.example/p.git", "", `"http://code.example" is not an https URL`},
		{"plain http", "", "http://code.example", `"http://code.example" is not an https URL`},
	} {
		t.Run(row.name, func(t *testing.T) {
			configuration := ""
			if row.remote != "" {
				configuration = "[remote \"origin\"]\n\turl = " + row.remote + "\n"
			}
			inRepository(t, configuration)
			if got, err := TargetOf(t.Context(), row.given); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %+v, %v, want %q", got, err, row.says)
			}
		})
	}
}

func TestTargetAsk(t *testing.T) {
	const work = "[credential \"https://gitlab.example.com\"]\n\tusername = work\n"
	for _, row := range []struct{ name, configuration, url, given, want string }{
		{"no label", "", "gitlab.example.com", "", ""},
		{"the option goes first", work, "https://url@gitlab.example.com", "option", "option"},
		{"then the URL", work, "https://url@gitlab.example.com", "", "url"},
		{"then what git asks for here", work, "gitlab.example.com", "", "work"},
		{"not what it asks for elsewhere", work, "code.example", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			inRepository(t, row.configuration)
			place, err := parseTarget(row.url)
			if err != nil {
				t.Fatal(err)
			}
			q, err := place.Question(t.Context(), new(gitconfig.Config), row.given)
			if err != nil || q.Label != row.want || q.Username != row.want || q.UsernameGiven != (row.want != "") || q.Origin != place.Origin {
				t.Errorf("got %+v, %v, want the label %q", q, err, row.want)
			}
		})
	}
	t.Run("a label with a line break", func(t *testing.T) {
		if q, err := (Target{Origin: "https://gitlab.example.com"}).Question(t.Context(), new(gitconfig.Config), "a\nhost=evil.example"); err == nil {
			t.Errorf("got %+v", q)
		}
	})
}
