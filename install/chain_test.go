package install

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const question = "protocol=https\nhost=gitlab.example.com\n\n"

// TestGitAsksDoorkeyAlone lets real git ask for a credential and report that it was good.
func TestGitAsksDoorkeyAlone(t *testing.T) {
	for _, row := range []struct {
		name string
		host string
		// file holds the other helper, in the section.
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

// TestOneHostOnly leaves the other hosts to the other helper.
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

// TestStrangePaths runs doorkey from folders whose names the shell or git's configuration would take apart.
func TestStrangePaths(t *testing.T) {
	for _, folder := range []string{
		"with space", "it's", `say "hi"`, `back\slash`, "$HOME", "a;b", "#1", "`id`", "a & b", "(x)", "*", "~", "ü", "[x]", "!", "plain-1.0_x", "end ",
	} {
		t.Run(folder, func(t *testing.T) {
			m := newMachine(t)
			m.onPath = ""
			program := filepath.Join(filepath.Dir(m.program), folder, programName)
			if err := os.Mkdir(filepath.Dir(program), 0o700); err != nil {
				t.Skip("no such folder can be here:", err)
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

// expectAnswer lets git fill in a password and approve it.
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

// TestOthers are the helpers that stand after doorkey's block in another file.
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
