package install

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/test/parts"
)

const question = "protocol=https\nhost=gitlab.example.com\n\n"

// TestGitAsksDoorkeyAlone makes real git ask for a credential and report that the server
// accepted it.
func TestGitAsksDoorkeyAlone(t *testing.T) {
	parts.Long(t)
	for _, row := range []struct {
		name string
		host string
		// file contains the other helper, in the section.
		file, section string
	}{
		{"helper of the person", "", ".gitconfig", "[credential]"},
		{"helper of the machine", "", "system", "[credential]"},
		{"helper of one host", "", ".gitconfig", `[credential "https://gitlab.example.com"]`},
		{"helper of one host on the machine", "", "system", `[credential "https://gitlab.example.com"]`},
		{"doorkey for one host, helper of the person", "https://gitlab.example.com", ".gitconfig", "[credential]"},
		{"doorkey for one host, helper of the host", "https://gitlab.example.com", ".gitconfig", `[credential "https://gitlab.example.com"]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			other := m.path("other")
			m.writeProgram(other)
			m.write(row.file, row.section+"\n\thelper = "+filepath.ToSlash(other)+"\n")
			m.onPath = ""
			options := m.options()
			options.Host = row.host

			m.expectAnswer(question, "from-other")
			if m.calls(other) != "get store" || m.calls(m.program) != "" {
				t.Fatal("the set-up is wrong: git did not ask the other helper alone")
			}
			change := m.install(options)
			m.expectAnswer(question, "from-git-credential-doorkey")
			if got := m.calls(m.program); got != "get store" {
				t.Errorf("git asked doorkey to %q", got)
			}
			if got := m.calls(other); got != "" {
				t.Errorf("git asked the other helper to %q", got)
			}
			if len(change.Silenced) != 1 || change.Silenced[0].Value != filepath.ToSlash(other) || len(change.Others) > 0 {
				t.Errorf("silenced %v, others %v", change.Silenced, change.Others)
			}
			m.uninstall(options)
			m.expectAnswer(question, "from-other")
			if got := m.calls(m.program); got != "" {
				t.Errorf("after uninstall, git asked doorkey to %q", got)
			}
		})
	}
}

// TestOneHostOnly: an install for one host leaves the other hosts to the other helper.
func TestOneHostOnly(t *testing.T) {
	m := newMachine(t)
	m.writeProgram(m.path("other"))
	m.write(".gitconfig", "[credential]\n\thelper = "+filepath.ToSlash(m.path("other"))+"\n")
	m.onPath = ""
	options := m.options()
	options.Host = "https://gitlab.example.com"
	m.install(options)
	m.expectAnswer(strings.Replace(question, "gitlab", "dev", 1), "from-other")
	if got := m.calls(m.program); got != "" {
		t.Errorf("git asked doorkey to %q for another host", got)
	}
}

// TestOtherFormOfTheHelper: in one block, the path replaces the short name, and the short
// name replaces the path.
func TestOtherFormOfTheHelper(t *testing.T) {
	m := newMachine(t)
	m.write(".gitconfig", user)
	path := "= " + configText(pathHelper(filepath.ToSlash(m.program)))
	for _, row := range []struct {
		onlyHere bool
		want     string
	}{{false, "= doorkey"}, {true, path}, {false, "= doorkey"}, {true, path}} {
		m.onlyHere = row.onlyHere
		m.install(m.options())
		m.expect(".gitconfig", user+strings.Replace(written, "= doorkey", row.want, 1))
	}
	m.expectAnswer(question, "from-git-credential-doorkey")
	m.onlyHere = false
	m.uninstall(m.options())
	m.expect(".gitconfig", user)
}

// TestStrangePaths runs doorkey from directories whose names have a special meaning for the
// shell or for git's configuration.
func TestStrangePaths(t *testing.T) {
	parts.Long(t)
	for _, directory := range []string{
		"with space", "it's", `say "hi"`, `back\slash`, "$HOME", "a;b", "#1", "`id`", "a & b", "(x)", "*", "~", "ü", "[x]", "!", "plain-1.0_x", "end ",
	} {
		t.Run(directory, func(t *testing.T) {
			m := newMachine(t)
			m.onPath = ""
			program := filepath.Join(filepath.Dir(m.program), directory, programName)
			if err := os.Mkdir(filepath.Dir(program), 0o700); err != nil {
				parts.Missing(t, "a directory of this name", fmt.Sprintf("run the tests on another system than Windows (%v)", err))
			}
			m.writeProgram(program)
			options := m.options()
			options.Program = program
			m.install(options)
			m.expectAnswer(question, "from-git-credential-doorkey")
			if again := m.install(options); again.Changed {
				t.Errorf("the second install changed %+v", again)
			}
			if m.uninstall(options); m.content(".gitconfig") != absent {
				t.Errorf("uninstall left %q", m.content(".gitconfig"))
			}
		})
	}
}

// expectAnswer makes git fill in a password and approve it.
func (m *machine) expectAnswer(question, password string) {
	m.t.Helper()
	answer, err := m.git(question, "credential", "fill")
	if err != nil || !strings.Contains(answer, "password="+password+"\n") {
		m.t.Errorf("git credential fill gave %q, %v, want %q", answer, err, password)
	}
	if _, err := m.git(answer, "credential", "approve"); err != nil {
		m.t.Error(err)
	}
}

// TestOthers tests the helpers that come after doorkey's block in another file.
func TestOthers(t *testing.T) {
	for _, row := range []struct {
		name, host string
		files      map[string]string
		want       []string
	}{
		{"repository's own", "", map[string]string{"work/.git/config": "[credential]\n\thelper = store\n"}, []string{"local credential.helper store"}},
		{"repository's own, for a host", "", map[string]string{"work/.git/config": "[credential \"https://a.example\"]\n\thelper = store\n"},
			[]string{"local credential.https://a.example.helper store"}},
		{"repository's own, for another host", "https://gitlab.example.com",
			map[string]string{"work/.git/config": "[credential \"https://a.example\"]\n\thelper = store\n"}, nil},
		{"before, in another file", "", map[string]string{"system": "[credential]\n\thelper = store\n"}, nil},
		{"repository's own doorkey with an argument", "", map[string]string{"work/.git/config": "[credential]\n\thelper = doorkey --flow device\n"}, nil},
		{"repository's own snippet around doorkey", "", map[string]string{"work/.git/config": "[credential]\n\thelper = !git-credential-doorkey get | tee log\n"},
			[]string{"local credential.helper !git-credential-doorkey get | tee log"}},
		{"repository's own doorkey", "", map[string]string{"work/.git/config": written}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			m.mustGit("init", "-q")
			for name, content := range row.files {
				m.write(name, content)
			}
			options := m.options()
			options.Host = row.host
			var got []string
			for _, entry := range m.install(options).Others {
				got = append(got, entry.Scope+" "+entry.Key+" "+entry.Value)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestConcerns(t *testing.T) {
	for _, row := range []struct {
		name, pattern, host string
		want                bool
	}{
		{"the same", "https://gitlab.example.com", "https://gitlab.example.com", true},
		{"spelled otherwise", "HTTPS://GitLab.Example.com:443/", "https://gitlab.example.com", true},
		{"a user of it", "https://me@gitlab.example.com", "https://gitlab.example.com", true},
		{"one label for any", "https://*.example.com", "https://gitlab.example.com", true},
		{"one label for two", "https://*.com", "https://gitlab.example.com", false},
		{"another host", "https://github.com", "https://gitlab.example.com", false},
		{"the host as suffix", "https://evil-gitlab.example.com", "https://gitlab.example.com", false},
		{"another port", "https://gitlab.example.com:8443", "https://gitlab.example.com", false},
		{"another scheme", "http://gitlab.example.com", "https://gitlab.example.com", false},
		{"no scheme", "gitlab.example.com", "https://gitlab.example.com", true},
		{"only a scheme", "https://", "https://gitlab.example.com", true},
		{"a group on it", "https://gitlab.example.com/group", "https://gitlab.example.com", true},
		{"above a relative root", "https://example.com", "https://example.com/gitlab", true},
		{"beside a relative root", "https://example.com/gitlab2", "https://example.com/gitlab", false},
		{"an address in brackets", "https://[::1]:8443", "https://[::1]:8443", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			section, err := parseSection(row.host)
			if err != nil {
				t.Fatal(err)
			}
			if got := section.concerns("credential." + row.pattern + ".helper"); got != row.want {
				t.Errorf("got %t, want %t", got, row.want)
			}
			if !(section.concerns(everyHost) && section.concerns(section.key())) {
				t.Error("the section is not concerned by its own key or that of every host")
			}
		})
	}
}

// TestChain compares the chain with real git: which helpers git tells about an accepted
// password, and in which order.
func TestChain(t *testing.T) {
	parts.Long(t)
	const (
		reset = "[credential]\n\thelper =\n"
		other = "[credential]\n\thelper = OTHER\n"
	)
	inSection := func(pattern, helper string) string {
		return "[credential \"" + pattern + "\"]\n\thelper = " + helper + "\n"
	}
	const doorkey = "[credential]\n\thelper = DOORKEY --flow device\n"
	for _, row := range []struct {
		name, address, configuration string
		want                         string // the helpers in their order; those before doorkey are in brackets
	}{
		{"none", "https://gitlab.example.com", "", ""},
		{"doorkey alone", "https://gitlab.example.com", other + reset + doorkey, "doorkey"},
		{"one before, one after", "https://gitlab.example.com", other + doorkey + other, "(other) doorkey other"},
		{"doorkey twice", "https://gitlab.example.com", doorkey + doorkey, "doorkey doorkey"},
		{"doorkey not in it", "https://gitlab.example.com", doorkey + reset + other, "(other)"},
		{"the host's own, after the reset", "https://gitlab.example.com", inSection("https://gitlab.example.com", "OTHER") + reset + doorkey, "doorkey"},
		{"the host's own reset", "https://gitlab.example.com", other + inSection("https://gitlab.example.com", "") + doorkey, "doorkey"},
		{"another host's", "https://gitlab.example.com", doorkey + inSection("https://example.com", "OTHER"), "doorkey"},
		{"the domain's reset", "https://gitlab.example.com", other + inSection("https://*.example.com", "") + doorkey, "doorkey"},
		{"the port's", "https://gitlab.example.com:8443/a", doorkey + inSection("https://gitlab.example.com:8443", "OTHER"), "doorkey other"},
		{"the default port spelled out", "https://gitlab.example.com/a", doorkey + inSection("https://GitLab.example.com:443", "OTHER"), "doorkey other"},
		{"the group's, in the group", "https://gitlab.example.com/group/a.git", doorkey + inSection("https://gitlab.example.com/group", "OTHER"), "doorkey other"},
		{"the group's, in another", "https://gitlab.example.com/groups/a.git", doorkey + inSection("https://gitlab.example.com/group", "OTHER"), "doorkey"},
		{"the group's reset, in the group", "https://gitlab.example.com/group/a.git", other + inSection("https://gitlab.example.com/group/", "") + doorkey, "doorkey"},
		{"the group's reset, in another", "https://gitlab.example.com/b/a.git", other + inSection("https://gitlab.example.com/group", "") + doorkey, "(other) doorkey"},
		{"the user's, of the user", "https://alice@gitlab.example.com/a", doorkey + inSection("https://alice@gitlab.example.com", "OTHER"), "doorkey other"},
		{"the user's, of another", "https://bob@gitlab.example.com/a", doorkey + inSection("https://alice@gitlab.example.com", "OTHER"), "doorkey"},
		{"a host without a scheme", "https://gitlab.example.com/a", other + inSection("gitlab.example.com", "") + doorkey, "doorkey"},
		{"a pattern without a scheme", "https://gitlab.example.com/a", other + inSection("*.example.com", "") + doorkey, "(other) doorkey"},
		{"a scheme's", "https://gitlab.example.com/a", other + inSection("https://", "") + doorkey, "doorkey"},
		{"another scheme's", "https://gitlab.example.com/a", doorkey + inSection("http://gitlab.example.com", "OTHER"), "doorkey"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			place := strings.NewReplacer("DOORKEY", filepath.ToSlash(m.program), "OTHER", filepath.ToSlash(m.path("other")))
			m.write(".gitconfig", place.Replace(row.configuration))
			if got := m.chain(row.address); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if got, want := m.told(row.address), strings.NewReplacer("(", "", ")", "").Replace(row.want); got != want {
				t.Errorf("the row is wrong: git tells %q, not %q", got, want)
			}
		})
	}
}

// TestChainOfAnyPath: git leaves the path of a repository out of its question. The path may
// add other helpers to the chain.
func TestChainOfAnyPath(t *testing.T) {
	m := newMachine(t)
	m.write(".gitconfig", strings.ReplaceAll("[credential]\n\thelper = DOORKEY\n[credential \"https://gitlab.example.com/group\"]\n\thelper = other\n",
		"DOORKEY", filepath.ToSlash(m.program)))
	if got := m.chain("https://gitlab.example.com"); got != "doorkey other" {
		t.Errorf("got %q", got)
	}
	if got := m.chain("https://gitlab.example.com/elsewhere/a.git"); got != "doorkey" {
		t.Errorf("elsewhere: got %q", got)
	}
}

// TestChainOfRepository: a repository's own helper comes after install's reset, and the
// chain shows its scope.
func TestChainOfRepository(t *testing.T) {
	m := newMachine(t)
	m.mustGit("init", "-q")
	m.install(m.options())
	m.write("work/.git/config", "[credential]\n\thelper = store\n")
	chain := Chain(m.entries("work"), "https://gitlab.example.com/group/project.git")
	if len(chain) != 2 {
		t.Fatalf("got %+v", chain)
	}
	if !chain[0].Doorkey || chain[1].Doorkey || chain[1].Before || chain[1].Scope != "local" || chain[1].Value != "store" {
		t.Errorf("got %+v", chain)
	}
	if elsewhere := Chain(m.entries(""), "https://gitlab.example.com"); len(elsewhere) != 1 {
		t.Errorf("outside the repository: got %+v", elsewhere)
	}
}

// entries returns everything that git reads in a directory inside the home directory.
func (m *machine) entries(directory string) []gitconfig.Entry {
	m.t.Helper()
	entries, err := gitconfig.Entries(m.t.Context(), m.path(directory), m.environment, ".")
	if err != nil {
		m.t.Fatal(err)
	}
	return entries
}

// chain names the helpers of Chain by the last word of their program's name.
func (m *machine) chain(address string) string {
	m.t.Helper()
	var names []string
	for _, helper := range Chain(m.entries("work"), address) {
		name := "other"
		if helper.Doorkey {
			name = "doorkey"
		}
		if helper.Before {
			name = "(" + name + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// told makes git report an accepted password for an address, and returns the helpers that
// git told, in order.
func (m *machine) told(address string) string {
	m.t.Helper()
	log := m.path("told")
	for name, program := range map[string]string{"doorkey": m.program, "other": m.path("other")} {
		script := "#!/bin/sh\necho " + name + " >>'" + filepath.ToSlash(log) + "'\n"
		if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
			m.t.Fatal(err)
		}
	}
	question := "url=" + address + "\n"
	if !strings.Contains(address, "@") {
		question += "username=somebody\n" // without a user name, git tells its helpers nothing
	}
	if _, err := m.git(question+"password=secret\n\n", "credential", "approve"); err != nil {
		m.t.Fatal(err)
	}
	calls, err := os.ReadFile(log)
	if err != nil && !os.IsNotExist(err) {
		m.t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(calls)), " ")
}
