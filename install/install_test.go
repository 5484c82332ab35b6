package install

import (
	"context"
	"os"
	"reflect"
	"strings"
	"testing"

	"git-credential-doorkey/internal/gitconfig"
)

// written is the block in the file of a user who has doorkey on PATH.
const written = `# git-credential-doorkey install: from here on git asks doorkey alone, no other helper gets the tokens.
# "git-credential-doorkey uninstall", with the same options, takes out exactly these lines.
[credential]
	helper =
	helper = doorkey
`

// bare is the block without its last newline.
var bare = strings.TrimSuffix(written, "\n")

const user = "[user]\n\tname = A\n"

// withCRLF returns a text as Windows editors write it.
func withCRLF(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestInstallThenUninstall(t *testing.T) {
	for _, row := range []struct {
		name, before, installed string
		silenced, others        []string
	}{
		{name: "no file", before: absent, installed: written},
		{name: "empty file", before: "", installed: "\n" + bare},
		{name: "a blank line alone", before: "\n", installed: "\n" + written},
		{name: "settings", before: user, installed: user + written},
		{name: "no final newline", before: "[user]\n\tname = A", installed: "[user]\n\tname = A\n" + bare},
		{name: "final blank lines", before: user + "\n\n", installed: user + "\n\n" + written},
		{name: "CRLF", before: withCRLF(user), installed: withCRLF(user + written)},
		{name: "CRLF, no final newline", before: withCRLF("[user]\n\tname = A"), installed: withCRLF("[user]\n\tname = A\n" + bare)},
		{name: "byte order mark", before: "\ufeff" + user, installed: "\ufeff" + user + written},
		{name: "comments", before: "# mine\n; too\n" + user + "# end", installed: "# mine\n; too\n" + user + "# end\n" + bare},
		{name: "section on one line", before: "[user] name = A\n", installed: "[user] name = A\n" + written},
		{name: "helpers before", before: "[credential]\n\thelper = store\n\thelper = cache --timeout 5\n",
			installed: "[credential]\n\thelper = store\n\thelper = cache --timeout 5\n" + written, silenced: []string{"store", "cache --timeout 5"}},
		{name: "helper of one host before", before: "[credential \"https://dev.example.com\"]\n\thelper = store\n",
			installed: "[credential \"https://dev.example.com\"]\n\thelper = store\n" + written, silenced: []string{"store"}},
		{name: "the person's own reset", before: "[credential]\n\thelper = store\n\thelper =\n\thelper = cache\n",
			installed: "[credential]\n\thelper = store\n\thelper =\n\thelper = cache\n" + written, silenced: []string{"cache"}},
		{name: "a reset as the last line", before: "[credential]\n\thelper = store\n\thelper =\n\thelper =\n",
			installed: "[credential]\n\thelper = store\n\thelper =\n\thelper =\n" + written},
		{name: "doorkey by hand", before: "[credential]\n\thelper = doorkey\n", installed: "[credential]\n\thelper = doorkey\n" + written},
		{name: "include at the end", before: "[include]\n\tpath = more\n", installed: "[include]\n\tpath = more\n" + written, silenced: []string{"included"}},
		{name: "value that goes on at the end", before: "[user]\n\tname = A\\", installed: "[user]\n\tname = A\\\n" + bare},
		{name: "bytes that are no UTF-8", before: "[user]\n\tname = \xff\xfe\n", installed: "[user]\n\tname = \xff\xfe\n" + written},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.write("more", "[credential]\n\thelper = included\n")
			if row.before != absent {
				m.write(".gitconfig", row.before)
			}
			change := m.roundTrip(m.options(), ".gitconfig", row.before, row.installed)
			if got := values(change.Silenced); !reflect.DeepEqual(got, row.silenced) {
				t.Errorf("silenced %q, want %q", got, row.silenced)
			}
			if got := values(change.Others); !reflect.DeepEqual(got, row.others) {
				t.Errorf("others %q, want %q", got, row.others)
			}
		})
	}
}

// roundTrip installs and uninstalls, each as a dry run, for real, and a second time. It
// returns the Change of the install.
func (m *machine) roundTrip(options Options, file, before, installed string) Change {
	m.t.Helper()
	change := m.dryThenReal(Install, options, file, installed)
	if change.File != m.path(file) || len(change.Added) != 5 || len(change.Removed) != 0 {
		m.t.Errorf("install reported %+v", change)
	}
	undone := m.dryThenReal(Uninstall, options, file, before)
	if !reflect.DeepEqual(undone.Removed, change.Added) || len(undone.Added) != 0 {
		m.t.Errorf("uninstall reported %+v", undone)
	}
	if !reflect.DeepEqual(undone.Restored, change.Silenced) {
		m.t.Errorf("restored %v, want what was silenced: %v", undone.Restored, change.Silenced)
	}
	return change
}

// dryThenReal checks that a dry run changes nothing and predicts the change, and that a
// second run changes nothing.
func (m *machine) dryThenReal(do func(context.Context, Options) (Change, error), options Options, file, want string) Change {
	m.t.Helper()
	run := func(dry bool) Change {
		m.t.Helper()
		options.DryRun = dry
		change, err := do(m.t.Context(), options)
		if err != nil {
			m.t.Fatal(err)
		}
		return change
	}
	before := m.content(file)
	foretold := run(true)
	m.expect(file, before)
	change := run(false)
	m.expect(file, want)
	if !reflect.DeepEqual(foretold, change) {
		m.t.Errorf("the dry run said\n%+v\nbut it was\n%+v", foretold, change)
	}
	untouched, _ := os.Stat(m.path(file))
	again := run(false)
	m.expect(file, want)
	if now, _ := os.Stat(m.path(file)); untouched != nil && (!os.SameFile(untouched, now) || !untouched.ModTime().Equal(now.ModTime())) {
		m.t.Error("the second time the file was written again")
	}
	if again.Changed || again.Added != nil || again.Removed != nil {
		m.t.Errorf("the second time reported %+v", again)
	}
	if m.content(file+".lock") != absent {
		m.t.Error("the lock was left behind")
	}
	return change
}

func TestScopesAndHosts(t *testing.T) {
	forHost := strings.Replace(written, "[credential]", `[credential "https://gitlab.example.com"]`, 1)
	for _, row := range []struct {
		name    string
		options Options
		file    string
		want    string
	}{
		{"system", Options{Scope: gitconfig.System}, "system", written},
		{"global", Options{Scope: gitconfig.Global}, ".gitconfig", written},
		{"local", Options{Scope: gitconfig.Local}, "work/.git/config", written},
		{"one host", Options{Host: "https://gitlab.example.com"}, ".gitconfig", forHost},
		{"one host, spelled otherwise", Options{Host: "HTTPS://GitLab.Example.com:443/"}, ".gitconfig", forHost},
		{"one host in a repository", Options{Scope: gitconfig.Local, Host: "https://gitlab.example.com"}, "work/.git/config", forHost},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.mustGit("init", "-q")
			before := m.content(row.file)
			options := m.options()
			options.Scope, options.Host = row.options.Scope, row.options.Host
			m.roundTrip(options, row.file, before, strings.TrimPrefix(before, absent)+row.want)
		})
	}
}

func TestHostsAndScopesAreIndependent(t *testing.T) {
	m := newMachine(t)
	m.write(".gitconfig", user)
	everywhere, one := m.options(), m.options()
	one.Host = "https://gitlab.example.com"
	m.install(everywhere)
	m.install(one)
	if change := m.install(everywhere); change.Changed || len(change.Others) > 0 {
		t.Errorf("the block of one host disturbed the other: %+v", change)
	}
	change := m.uninstall(everywhere)
	if got := change.Remaining; len(got) != 1 || got[0].Key != "credential.https://gitlab.example.com.helper" {
		t.Errorf("remaining are %v, want the host's", got)
	}
	m.expect(".gitconfig", user+strings.Replace(written, "[credential]", `[credential "https://gitlab.example.com"]`, 1))
	m.uninstall(one)
	m.expect(".gitconfig", user)
}
