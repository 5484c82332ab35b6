package gitconfig

import (
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
		entries, err := parseEntries(output)
		if err != nil {
			return
		}
		printed.Reset()
		for _, e := range entries {
			printed.WriteString(e.Scope + "\x00" + e.Origin + "\x00" + e.Key + "\n" + e.Value + "\x00")
		}
		if again, err := parseEntries(printed.String()); err != nil || !reflect.DeepEqual(again, entries) {
			t.Errorf("%q, then %q, %v", entries, again, err)
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
