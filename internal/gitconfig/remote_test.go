package gitconfig

import (
	"os/exec"
	"strings"
	"testing"
)

func TestRemote(t *testing.T) {
	for _, row := range []struct {
		name     string
		commands []string // git commands, run in a new repository
		want     string
	}{
		{"none", nil, ""},
		{"origin", []string{"remote add origin https://gitlab.example.com/group/project.git"}, "https://gitlab.example.com/group/project.git"},
		{"plain http", []string{"remote add origin http://127.0.0.1:80/p.git"}, "http://127.0.0.1:80/p.git"},
		{"over SSH", []string{"remote add origin git@gitlab.example.com:group/project.git"}, ""},
		{"over SSH, as a URL", []string{"remote add origin ssh://git@gitlab.example.com/group/project.git"}, ""},
		{"a directory", []string{"remote add origin /srv/project.git"}, ""},
		{"of the branch", []string{
			"remote add origin https://gitlab.example.com/p.git", "remote add upstream https://work@code.example/p.git",
			"config branch.main.remote upstream",
		}, "https://work@code.example/p.git"},
		{"of another branch", []string{
			"remote add origin https://gitlab.example.com/p.git", "remote add upstream https://code.example/p.git",
			"config branch.other.remote upstream",
		}, "https://gitlab.example.com/p.git"},
		{"rewritten by insteadOf", []string{
			"remote add origin git@gitlab.example.com:p.git", "config url.https://gitlab.example.com/.insteadOf git@gitlab.example.com:",
		}, "https://gitlab.example.com/p.git"},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, "", "")
			git(t, "symbolic-ref", "HEAD", "refs/heads/main")
			for _, command := range row.commands {
				git(t, strings.Fields(command)...)
			}
			if got, err := Remote(t.Context()); err != nil || got != row.want {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
	t.Run("no repository", func(t *testing.T) {
		write(t, "", "")
		t.Chdir(t.TempDir())
		if got, err := Remote(t.Context()); err != nil || got != "" {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", "")
		if got, err := Remote(t.Context()); err == nil {
			t.Errorf("got %q and no error", got)
		}
	})
}

func git(t *testing.T, args ...string) {
	t.Helper()
	if output, err := exec.Command("git", args...).CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v: %s", args, err, output)
	}
}
