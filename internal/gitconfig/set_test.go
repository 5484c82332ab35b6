package gitconfig

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/parts"
)

// home gives this process's git a home directory for the test.
func home(t *testing.T) string {
	t.Helper()
	directory := parts.Directory(t)
	t.Setenv("HOME", directory)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(directory, ".gitconfig"))
	t.Setenv("GIT_CONFIG_SYSTEM", filepath.Join(directory, "system"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "")
	return directory
}

const host = "credential.https://gitlab.example.com"

func TestSet(t *testing.T) {
	for _, row := range []struct {
		name     string
		before   string
		settings []Setting
		want     string
	}{
		{
			"a file that is not there yet", "",
			[]Setting{{Key: host + ".oauthClientId", Value: "1234"}},
			"[credential \"https://gitlab.example.com\"]\n\toauthClientId = 1234\n",
		},
		{
			"what it had for the keys is replaced, be it there twice, and all else stays",
			"# mine\n[credential \"https://gitlab.example.com\"]\n\toauthClientId = old\n\toauthClientId = older\n\tusername = ada\n",
			[]Setting{{Key: host + ".oauthClientId", Value: "1234"}, {Key: host + ".oauthAuthURL", Value: "/git lab/oauth/authorize"}},
			"# mine\n[credential \"https://gitlab.example.com\"]\n\toauthClientId = 1234\n\tusername = ada\n\toauthAuthURL = /git lab/oauth/authorize\n",
		},
		{
			"an empty value", "",
			[]Setting{{Key: host + ".oauthClientSecret"}},
			"[credential \"https://gitlab.example.com\"]\n\toauthClientSecret = \n",
		},
		{
			"a secret with all that has a meaning in such a file", "",
			[]Setting{{Key: host + ".oauthClientSecret", Secret: secret.New(`a"b\c#d;e`)}},
			"[credential \"https://gitlab.example.com\"]\n\toauthClientSecret = \"a\\\"b\\\\c#d;e\"\n",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := filepath.Join(home(t), ".gitconfig")
			if row.before != "" {
				put(t, file, row.before)
			}
			got, err := Set(t.Context(), Global, row.settings)
			if err != nil || got != file {
				t.Fatalf("wrote %q: %v", got, err)
			}
			if content, _ := os.ReadFile(file); string(content) != row.want {
				t.Errorf("the file is now:\n%s\nwant:\n%s", content, row.want)
			}
			for _, setting := range row.settings {
				want := setting.Value + setting.Secret.Reveal()
				if read, err := Run(t.Context(), "", nil, "config", "--global", "-z", "--get-all", setting.Key); err != nil || string(read) != want+"\x00" {
					t.Errorf("git reads %q for %s, want %q (%v)", read, setting.Key, want, err)
				}
			}
		})
	}
}

// TestSetKeepsSecretsFromArguments checks the arguments with which git was started.
func TestSetKeepsSecretsFromArguments(t *testing.T) {
	trace := filepath.Join(home(t), "trace")
	t.Setenv("GIT_TRACE", trace)
	if _, err := Set(t.Context(), Global, []Setting{{Key: host + ".oauthClientSecret", Secret: secret.New("very-secret")}}); err != nil {
		t.Fatal(err)
	}
	seen, err := os.ReadFile(trace)
	if err != nil || !strings.Contains(string(seen), "oauthClientSecret") || strings.Contains(string(seen), "very-secret") {
		t.Errorf("git was started with:\n%s(%v)", seen, err)
	}
}

func TestSetIsAllOrNothing(t *testing.T) {
	file := filepath.Join(home(t), ".gitconfig")
	put(t, file, "[user]\n\tname = Ada\n")
	_, err := Set(t.Context(), Global, []Setting{{Key: host + ".oauthClientId", Value: "1234"}, {Key: "no key"}})
	if err == nil || !strings.Contains(err.Error(), "key") {
		t.Errorf("got %v", err)
	}
	if content, _ := os.ReadFile(file); string(content) != "[user]\n\tname = Ada\n" {
		t.Errorf("the file is now:\n%s", content)
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestSetKeepsModeAndLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for _, row := range []struct {
		name  string
		scope Scope
		value Setting
		want  os.FileMode
	}{
		{"a file that others read", Global, Setting{Value: "1234"}, 0o644},
		{"a person's file that gets a secret", Global, Setting{Secret: secret.New("s")}, 0o600},
		{"the machine's file, which everybody's git has to read", System, Setting{Secret: secret.New("s")}, 0o644},
	} {
		t.Run(row.name, func(t *testing.T) {
			directory := home(t)
			real := filepath.Join(directory, "dotfiles", "config")
			put(t, real, "")
			if err := os.Chmod(real, 0o644); err != nil {
				t.Fatal(err)
			}
			link := filepath.Join(directory, map[Scope]string{Global: ".gitconfig", System: "system"}[row.scope])
			if err := os.Symlink(real, link); err != nil {
				t.Fatal(err)
			}
			row.value.Key = host + ".oauthClientId"
			if got, err := Set(t.Context(), row.scope, []Setting{row.value}); err != nil || got != real {
				t.Fatalf("wrote %q: %v", got, err)
			}
			if info, err := os.Lstat(link); err != nil || info.Mode().Type() != os.ModeSymlink {
				t.Errorf("the link is gone: %v", err)
			}
			if info, err := os.Stat(real); err != nil || info.Mode().Perm() != row.want {
				t.Errorf("the mode is %v, want %v (%v)", info.Mode().Perm(), row.want, err)
			}
		})
	}
}

func TestCheckWritable(t *testing.T) {
	directory := home(t)
	if err := CheckWritable(t.Context(), Global); err != nil {
		t.Errorf("a file that can be made: %v", err)
	}
	if entries, _ := os.ReadDir(directory); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	put(t, filepath.Join(directory, ".gitconfig.lock"), "")
	if err := CheckWritable(t.Context(), Global); err == nil || !strings.Contains(err.Error(), "another git process") {
		t.Errorf("a file that another process changes: %v", err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	if err := CheckWritable(t.Context(), Global); err == nil || !strings.Contains(err.Error(), os.DevNull) {
		t.Errorf("a device: %v", err)
	}
}
