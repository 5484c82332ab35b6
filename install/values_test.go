package install

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/gitconfig"
)

func TestParseSection(t *testing.T) {
	for _, row := range []struct{ name, host, want string }{
		{"every host", "", "[credential]"},
		{"a host", "https://gitlab.example.com", `[credential "https://gitlab.example.com"]`},
		{"upper case, own port, slash", "HTTPS://GitLab.Example.COM:443/", `[credential "https://gitlab.example.com"]`},
		{"another port", "https://gitlab.example.com:8443", `[credential "https://gitlab.example.com:8443"]`},
		{"a port that is missing", "https://gitlab.example.com:", `[credential "https://gitlab.example.com"]`},
		{"a relative root", "https://example.com/gitlab/", `[credential "https://example.com/gitlab"]`},
		{"a path with detours", "https://example.com/x/../git lab\"", `[credential "https://example.com/git%20lab%22"]`},
		{"this machine by name", "http://localhost:8080", `[credential "http://localhost:8080"]`},
		{"this machine by IPv4", "http://127.0.0.1:80", `[credential "http://127.0.0.1"]`},
		{"this machine by IPv6", "http://[::1]:8080", `[credential "http://[::1]:8080"]`},
		{"an IPv6 address", "https://[2001:DB8::1]", `[credential "https://[2001:db8::1]"]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			section, err := parseSection(row.host)
			if err != nil || section.header() != row.want {
				t.Errorf("got %q, %v, want %q", section.header(), err, row.want)
			}
		})
	}
}

func TestParseSectionRefuses(t *testing.T) {
	for _, row := range []struct{ name, host, want string }{
		{"a bare name", "gitlab.example.com", "not the URL of a host"},
		{"a bare name with a port", "gitlab.example.com:8443", "not the URL of a host"},
		{"no host", "https:///group", "not the URL of a host"},
		{"another scheme", "ssh://gitlab.example.com", "https"},
		{"a user name", "https://me@gitlab.example.com", "user name"},
		{"a password", "https://me:hunter2@gitlab.example.com", "user name"},
		{"a query", "https://gitlab.example.com/?a=b", "query"},
		{"an empty query", "https://gitlab.example.com/?", "query"},
		{"a fragment", "https://gitlab.example.com/#a", "fragment"},
		{"an empty fragment", "https://gitlab.example.com/#", "fragment"},
		{"a line end", "https://gitlab.example.com\n[alias]", "not the URL of a host"},
		{"an escape character", "https://gitlab.example.com\x1b[31m", "not the URL of a host"},
		{"a quote in the host", `https://gitlab".example.com`, "character"},
		{"a wildcard", "https://*.example.com", "character"},
		{"an international name", "https://bücher.example", "xn--"},
		{"a bidirectional character", "https://gitlab\u202e.example.com", "character"},
		{"a port too high", "https://gitlab.example.com:65536", "port"},
		{"a port with a zero before", "https://gitlab.example.com:0443", "port"},
	} {
		t.Run(row.name, func(t *testing.T) {
			section, err := parseSection(row.host)
			if err == nil {
				t.Fatalf("got %q, want an error", section.header())
			}
			if !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter2") || strings.ContainsAny(err.Error(), "\x1b\n\u202e") {
				t.Errorf("got %q, want %q in it and nothing of the address", err, row.want)
			}
		})
	}
}

func TestHelperFor(t *testing.T) {
	directory := t.TempDir()
	program, other, link := filepath.Join(directory, programName), filepath.Join(directory, "other"), filepath.Join(directory, "link")
	for _, file := range []string{program, other} {
		if err := os.WriteFile(file, nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := pathHelper(filepath.ToSlash(program))
	type row struct {
		name, onPath string
		everywhere   bool
		want         string
	}
	rows := []row{
		{"on PATH", program, true, "doorkey"},
		{"on PATH here alone", program, false, path},
		{"another of the name on PATH", other, true, path},
		{"not on PATH", "", true, path},
		{"on a PATH that is relative", filepath.Base(program), true, path},
	}
	if err := os.Symlink(program, link); err == nil { // Windows allows links only to some users
		rows = append(rows, row{"on PATH by a link", link, true, "doorkey"}, row{"on PATH by a link, here alone", link, false, pathHelper(filepath.ToSlash(link))})
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := helperFor(program, func(string) (string, error) {
				if row.onPath == "" {
					return "", exec.ErrNotFound
				}
				return row.onPath, nil
			}, func(found string) bool { return row.everywhere })
			if err != nil || got != row.want {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}

func TestIsOnEveryPath(t *testing.T) {
	for _, row := range []struct {
		directory string
		want      map[string]bool // by system
	}{
		{"/usr/bin", map[string]bool{"linux": true, "darwin": true, "freebsd": true}},
		{"/bin", map[string]bool{"linux": true, "darwin": true, "freebsd": true}},
		{"/usr/local/bin", map[string]bool{"linux": true, "darwin": false, "freebsd": false}},
		{"/opt/homebrew/bin", map[string]bool{"darwin": false}},
		{"/home/ada/.local/bin", map[string]bool{"linux": false}},
		{"/home/ada/bin", map[string]bool{"linux": false}},
		{`C:\Users\Ada\scoop\shims`, map[string]bool{"windows": false}}, // unless the registry has it
	} {
		for system, want := range row.want {
			if got := isOnEveryPath(row.directory, system); got != want {
				t.Errorf("%s on %s: got %v", row.directory, system, got)
			}
		}
	}
	output, err := exec.Command("git", "--exec-path").Output()
	if err != nil || !IsEverywhere(t.Context(), strings.TrimSpace(string(output))) {
		t.Errorf("git's own directory %q, %v", output, err)
	}
	if IsEverywhere(t.Context(), t.TempDir()) {
		t.Error("a new directory is on every PATH")
	}
}

func TestIsOnWindowsPath(t *testing.T) {
	variables := map[string]string{"USERPROFILE": `C:\Users\Ada`, "SystemRoot": `C:\Windows`}
	expand := func(name string) string { return variables[name] }
	for _, row := range []struct {
		name, directory string
		paths           []registryPath
		want            bool
	}{
		{"on the machine's", `C:\tools`, []registryPath{{`C:\Windows;C:\tools`, nil}, {`C:\x`, nil}}, true},
		{"on the user's", `C:\x`, []registryPath{{`C:\Windows;C:\tools`, nil}, {`C:\x`, nil}}, true},
		{"only on this shell's", `C:\work\bin`, []registryPath{{`C:\Windows;C:\tools`, nil}, {`C:\x`, nil}}, false},
		{"a variable", `C:\Users\Ada\scoop\shims`, []registryPath{{`%SystemRoot%;%USERPROFILE%\scoop\shims`, expand}}, true},
		{"a variable that is not expanded there", `C:\Users\Ada\bin`, []registryPath{{`%USERPROFILE%\bin`, nil}}, false},
		{"a variable that is not set", `C:\bin`, []registryPath{{`%GONE%\bin;%USERPROFILE%\bin`, expand}}, false},
		{"behind a variable that is not set", `C:\Users\Ada\bin`, []registryPath{{`%GONE%\bin;%USERPROFILE%\bin`, expand}}, true},
		{"a percent sign", `C:\50%`, []registryPath{{`C:\50%`, expand}}, true},
		{"upper and lower case", `c:\TOOLS`, []registryPath{{`C:\tools`, nil}}, true},
		{"a backslash at the end", `C:\tools`, []registryPath{{`C:\tools\;`, nil}}, true},
		{"slashes", `C:\tools\bin`, []registryPath{{`C:/tools/bin`, nil}}, true},
		{"quotes", `C:\a b`, []registryPath{{`"C:\a b"`, nil}}, true},
		{"a directory above", `C:\tools\bin`, []registryPath{{`C:\tools`, nil}}, false},
		{"an empty entry is no root", `\`, []registryPath{{`;;`, nil}}, false},
		{"no registry", `C:\tools`, nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := isOnWindowsPath(row.directory, row.paths); got != row.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestPathHelper(t *testing.T) {
	for _, row := range []struct{ name, path, want, text string }{
		{"plain", "/opt/git-credential-doorkey", "/opt/git-credential-doorkey", "/opt/git-credential-doorkey"},
		{"a name with the platform in it", "/opt/git-credential-doorkey_linux.amd64", "/opt/git-credential-doorkey_linux.amd64", "/opt/git-credential-doorkey_linux.amd64"},
		{"a drive", "C:/tools/git-credential-doorkey.exe", "C:/tools/git-credential-doorkey.exe", "C:/tools/git-credential-doorkey.exe"},
		{"a drive and a space", "C:/Program Files/git-credential-doorkey.exe", "!'C:/Program Files/git-credential-doorkey.exe'", `"!'C:/Program Files/git-credential-doorkey.exe'"`},
		{"a short name of Windows", "C:/Users/ADALOV~1/git-credential-doorkey.exe", "!'C:/Users/ADALOV~1/git-credential-doorkey.exe'", `"!'C:/Users/ADALOV~1/git-credential-doorkey.exe'"`},
		{"a share", "//server/tools/git-credential-doorkey.exe", "//server/tools/git-credential-doorkey.exe", "//server/tools/git-credential-doorkey.exe"},
		{"a space", "/my tools/git-credential-doorkey", "!'/my tools/git-credential-doorkey'", `"!'/my tools/git-credential-doorkey'"`},
		{"a single quote", "/it's/git-credential-doorkey", `!'/it'\''s/git-credential-doorkey'`, `"!'/it'\\''s/git-credential-doorkey'"`},
		{"a double quote", `/a"b/git-credential-doorkey`, `!'/a"b/git-credential-doorkey'`, `"!'/a\"b/git-credential-doorkey'"`},
		{"a backslash", `/a\b/git-credential-doorkey`, `!'/a\b/git-credential-doorkey'`, `"!'/a\\b/git-credential-doorkey'"`},
		{"a backslash before a quote", `/a\"b/git-credential-doorkey`, `!'/a\"b/git-credential-doorkey'`, `"!'/a\\\"b/git-credential-doorkey'"`},
		{"comment characters", "/a#;/git-credential-doorkey", "!'/a#;/git-credential-doorkey'", `"!'/a#;/git-credential-doorkey'"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := pathHelper(row.path)
			if got != row.want {
				t.Fatalf("got %q, want %q", got, row.want)
			}
			if text := configText(got); text != row.text || parseConfigText(text) != got || !isInstalled(got) {
				t.Errorf("in the file it is %q, read back as %q, known again: %t", text, parseConfigText(text), isInstalled(got))
			}
		})
	}
}

func TestHelperForRefuses(t *testing.T) {
	for _, row := range []struct{ name, program, want string }{
		{"no program", "", "not absolute"},
		{"a relative path", "bin/git-credential-doorkey", "not absolute"},
		{"a line end", filepath.Join(t.TempDir(), "a\nb", programName), "control character"},
		{"another name", filepath.Join(t.TempDir(), "helper"), "rename"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, err := helperFor(row.program, nil, func(string) bool { return true }); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %q, %v, want an error with %q", got, err, row.want)
			}
		})
	}
}

// TestIsInstalled: isInstalled rejects what a user has written or changed.
func TestIsInstalled(t *testing.T) {
	for _, helper := range []string{
		"", "store", "doorkey --flow device", "/opt/git-credential-doorkey --flow device", "!git-credential-doorkey",
		"!'/my tools/git-credential-doorkey' --flow device", "!'/opt/git-credential-doorkey'", "/usr/bin/other",
		"!'/x'; echo '/git-credential-doorkey'",
	} {
		t.Run(helper, func(t *testing.T) {
			if isInstalled(helper) {
				t.Error("taken for install's own")
			}
		})
	}
}

// TestIsDoorkey: isDoorkey depends on what git would run.
func TestIsDoorkey(t *testing.T) {
	for _, row := range []struct {
		helper            string
		doorkey, misspelt bool
	}{
		{"doorkey", true, false},
		{"doorkey --flow device", true, false},
		{"doorkey | tee log", false, false},
		{"doorkey $(id)", false, false},
		{"/opt/git-credential-doorkey", true, false},
		{"/opt/git-credential-doorkey --flow device", true, false},
		{"/opt/git-credential-doorkey; id", false, false},
		{"!'/my tools/git-credential-doorkey'", true, false},
		{"!git-credential-doorkey", true, false},
		{"!git-credential-doorkey --flow device", true, false},
		{"!git-credential-doorkey get | tee log", false, false},
		{"!/opt/git-credential-doorkey", true, false},
		{"!doorkey", false, false},
		{"git-credential-doorkey", false, true},
		{"git-credential-doorkey --flow device", false, true},
		{"~/bin/git-credential-doorkey", false, true},
		{"./git-credential-doorkey", false, true},
		{"bin/git-credential-doorkey.exe", false, true},
		{"store", false, false},
		{"/usr/bin/other", false, false},
	} {
		t.Run(row.helper, func(t *testing.T) {
			entry := gitconfig.Entry{Value: row.helper}
			if isDoorkey(entry) != row.doorkey || IsMisspelt(entry) != row.misspelt {
				t.Errorf("got %t and %t, want %t and %t", isDoorkey(entry), IsMisspelt(entry), row.doorkey, row.misspelt)
			}
		})
	}
}

// TestMisspeltIsNotRun: real git runs none of the misspelt helpers.
func TestMisspeltIsNotRun(t *testing.T) {
	m := newMachine(t)
	for _, helper := range []string{"git-credential-doorkey", "~/bin/git-credential-doorkey"} {
		m.write(".gitconfig", "[credential]\n\thelper = "+helper+"\n")
		if answer, err := m.git(question, "credential", "fill"); err == nil || m.calls(m.program) != "" {
			t.Errorf("%s: git answers %q and asks doorkey", helper, answer)
		}
	}
}
