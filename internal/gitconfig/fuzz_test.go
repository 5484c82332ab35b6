package gitconfig

import (
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// FuzzParse: whatever git prints, reading it does not panic, and what was read
// is printed and read again as the same.
func FuzzParse(f *testing.F) {
	f.Add("credential.helper\nstore\x00credential.oauthclientid\napp\x00credential.usehttppath\x00", "credential")
	f.Add("global\x00file:/home/ada/.gitconfig\x00credential.helper\nstore\x00command\x00command line:\x00a.b\x00", "credential")
	f.Add("http.proxy\n\nx\x00http.\n\x00http.a\nb", "http")
	f.Fuzz(func(t *testing.T, output, section string) {
		values := parse([]byte(output), section)
		var printed strings.Builder
		for name, value := range values {
			printed.WriteString(section + "." + name + "\n" + value + "\x00")
		}
		if again := parse([]byte(printed.String()), section); !strings.ContainsAny(section, "\n\x00") && !reflect.DeepEqual(again, values) {
			t.Errorf("%q, then %q", values, again)
		}
		entries, err := parseLines(output)
		if err != nil {
			return
		}
		printed.Reset()
		for _, l := range entries {
			setting := l.Key
			if !l.alone {
				setting += "\n" + l.Value
			}
			printed.WriteString(l.Scope + "\x00" + l.Origin + "\x00" + setting + "\x00")
		}
		if again, err := parseLines(printed.String()); err != nil || !reflect.DeepEqual(again, entries) {
			t.Errorf("%+v, then %+v, %v", entries, again, err)
		}
	})
}

// FuzzComplaint: what git complains of is shown as one line that a terminal
// does nothing with.
func FuzzComplaint(f *testing.F) {
	f.Add("warning: a\nfatal: bad config line 1 in file /home/ada/.gitconfig\n")
	f.Add("\x1b[2J\r\n\u202efatal: x\x00\xff\u2028y")
	f.Fuzz(func(t *testing.T, stderr string) {
		shown := complaint(stderr)
		if strings.ContainsFunc(shown, func(c rune) bool { return !unicode.IsPrint(c) }) {
			t.Errorf("shows %q", shown)
		}
		if shown == "" && strings.TrimSpace(stderr) != "" {
			t.Errorf("shows nothing of %q", stderr)
		}
	})
}

// FuzzQuoted: what is written into a configuration file, git reads as it was.
func FuzzQuoted(f *testing.F) {
	for _, seed := range []string{"", "hunter2", "a#b;c", ` "\ `, "a\nb\tc\r\n", "\r", "\\n", "p\xe4ss", "\b\x1b\x7f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.Contains(value, "\x00") {
			return // which git cannot hold
		}
		git := exec.Command("git", "config", "-z", "--file", "-", "--get", "a.b")
		git.Env, git.Stdin = neutral(os.Environ()), strings.NewReader("[a]\n\tb = "+quoted(value)+"\n\tc = d\n")
		read, err := git.Output()
		if err != nil || string(read) != value+"\x00" {
			t.Errorf("%q is read as %q, %v", value, read, err)
		}
	})
}

// FuzzFileOf: settings that are written as a file, git reads as they were.
func FuzzFileOf(f *testing.F) {
	f.Add("https://gitlab.example.com", "a;b#c", false)
	f.Add(`a"b\c.d`, " \"x\\\n\t\r\n\r", false)
	f.Add("", "p\xe4ss\xff", false)
	f.Add("https://*.EXAMPLE.com/%41 ]", "", true)
	f.Add("\xef\xbb\xbf\x01\x7f", "\b\x1b", false)
	f.Fuzz(func(t *testing.T, subsection, value string, alone bool) {
		if strings.ContainsAny(subsection, "\n\x00") || strings.Contains(value, "\x00") {
			return // which git cannot hold
		}
		setting := value
		if alone {
			setting = ""
		}
		want := []line{
			{Entry{Key: "http." + subsection + ".proxy", Value: setting}, alone},
			{Entry{Key: "http.proxy", Value: value}, false},
		}
		git := exec.Command("git", "config", "-z", "--file", "-", "--list")
		git.Env, git.Stdin = neutral(os.Environ()), strings.NewReader(fileOf(want))
		output, err := git.Output()
		var got []line
		for setting := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
			got = append(got, newLine("", "", setting))
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is read as %q, %v", fileOf(want), output, err)
		}
	})
}

// FuzzMayConcern: what is not shown to git, it would not take.
func FuzzMayConcern(f *testing.F) {
	f.Add("https://gitlab.example.com/path", "gitlab.example.com", "path")
	f.Add("https://GITLAB.example.com:443", "gitlab.example.com:443", "")
	f.Add("https://ada:x@gitlab.example.com.", "gitlab..example.com", "")
	f.Add("https://gitl%61b.example.com", "gitlab.example.com", "")
	f.Add("https://[::1]", "[::1]:443", "")
	f.Add("https://", ".", "")
	f.Fuzz(func(t *testing.T, subsection, host, path string) {
		l := line{Entry{Key: "http." + subsection + ".proxy"}, true}
		address := &url.URL{Scheme: "https", Host: host, Path: path}
		if strings.ContainsAny(subsection, "\n\x00") || strings.Contains(path, "\x00") || !isKnownToGit(host) || l.mayConcern(address) {
			return
		}
		// An address that git does not take for one has no settings either.
		if got, err := matched(t.Context(), []line{l}, "http", address); err == nil && len(got) > 0 {
			t.Errorf("git finds %q for %q", subsection, address)
		}
	})
}
