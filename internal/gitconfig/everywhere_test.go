package gitconfig

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEverywhere: Everywhere leaves out settings that git may read differently in other
// places.
func TestEverywhere(t *testing.T) {
	for _, row := range []struct {
		name        string
		global      string            // ~/.gitconfig; HERE is the repository's path
		repository  string            // .git/config; HOME is the home directory
		environment map[string]string // ~/work sets user.name to "work", and ~/more includes it
		want        []string          // the values of user.name
	}{
		{"nothing", "", "", nil, nil},
		{"the person's own", "[user]\n\tname = mine\n", "", nil, []string{"mine"}},
		{"what that includes", "[include]\n\tpath = work\n[user]\n\tname = mine\n", "", nil, []string{"work", "mine"}},
		{"for this place", "[user]\n\tname = mine\n[includeIf \"gitdir:HERE/\"]\n\tpath = work\n", "", nil, []string{"mine"}},
		{"for this place, by way of another file", "[includeIf \"gitdir:HERE/\"]\n\tpath = more\n[user]\n\tname = mine\n", "", nil, []string{"mine"}},
		{"for another place", "[includeIf \"gitdir:HERE/other/\"]\n\tpath = work\n[user]\n\tname = mine\n", "", nil, []string{"mine"}},
		{"for this place and for all", "[includeIf \"gitdir:HERE/\"]\n\tpath = work\n[include]\n\tpath = work\n", "", nil, []string{"work"}},
		{"the repository's", "[user]\n\tname = mine\n", "[user]\n\tname = theirs\n", nil, []string{"mine"}},
		{"what that includes of the person's own", "", "[include]\n\tpath = HOME/work\n", nil, nil},
		{"the repository's, after a condition", "[includeIf \"gitdir:HERE/other/\"]\n\tpath = work\n", "[user]\n\tname = theirs\n", nil, nil},
		{"the command's", "[user]\n\tname = mine\n", "", map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "command"}, []string{"mine"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			write(t, "", "")
			here := withoutLinks(t, ".")
			home := os.Getenv("HOME")
			names := strings.NewReplacer("HERE", asGitHasIt(here), "HOME", asGitHasIt(home))
			put(t, filepath.Join(home, ".gitconfig"), names.Replace(row.global))
			put(t, filepath.Join(home, "work"), "[user]\n\tname = work\n")
			put(t, filepath.Join(home, "more"), "[include]\n\tpath = work\n[user]\n\tname = more\n")
			put(t, ".git/config", "[core]\n\trepositoryFormatVersion = 0\n"+names.Replace(row.repository))
			for name, value := range row.environment {
				t.Setenv(name, value)
			}
			entries, err := new(Config).Entries(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, entry := range Everywhere(entries) {
				if entry.Key == "user.name" {
					got = append(got, entry.Value)
				}
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("got %q, want %q, of %+v", got, row.want, entries)
			}
		})
	}
}
