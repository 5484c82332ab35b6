package gitconfig

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// FuzzParse: parsing does not panic, whatever git prints. What was parsed is the same after
// it is printed and parsed again.
func FuzzParse(f *testing.F) {
	f.Add("global\x00file:/home/ada/.gitconfig\x00credential.helper\nstore\x00command\x00command line:\x00a.b\x00")
	f.Add("http.proxy\n\nx\x00http.\n\x00http.a\nb")
	f.Fuzz(func(t *testing.T, output string) {
		var printed strings.Builder
		entries, err := parseLines(output)
		if err != nil {
			return
		}
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

// FuzzComplaint: git's error is shown as one line without characters that a terminal acts
// on.
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

// FuzzQuoted: git reads a value from a configuration file as it was before it was quoted.
func FuzzQuoted(f *testing.F) {
	for _, seed := range []string{"", "hunter2", "a#b;c", ` "\ `, "a\nb\tc\r\n", "\r", "\\n", "p\xe4ss", "\b\x1b\x7f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.Contains(value, "\x00") {
			return // git cannot store these
		}
		git := exec.Command("git", "config", "-z", "--file", "-", "--get", "a.b")
		git.Env, git.Stdin = neutral(os.Environ()), strings.NewReader("[a]\n\tb = "+quoted(value)+"\n\tc = d\n")
		read, err := git.Output()
		if err != nil || string(read) != value+"\x00" {
			t.Errorf("%q is read as %q, %v", value, read, err)
		}
	})
}

// FuzzCovers: a setting applies to the URLs to which it applies in git ("git config
// --get-urlmatch").
func FuzzCovers(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://gitlab.example.com/path", "https://gitlab.example.com/path"}, {"https://GITLAB.example.com:0443", "https://gitlab.example.com:443/a"},
		{"https://ada:x@gitlab.example.com.", "https://ada@gitlab.example.com/"}, {"https://gitl%61b.example.com", "https://gitlab.example.com"},
		{"https://[::1]:8443", "https://[::1]:8443/x"}, {"https://", "https://."}, {"https://*.example.com/a/./b/../", "https://lab.example.com/a/c"},
		{"https://h/%41%2f%7E", "https://h/A%2F~"}, {"https://h/a?b", "https://h/a?b/c"}, {"https://h/..", "https://h/"}, {"https://@h", "https://h"},
		{"https://h:/", "https://h"}, {"https://h:00/", "https://h:0"}, {"https://a@b@h", "https://a@b@h"}, {"https://h/a/", "https://h/a"}, {"http://h:80", "http://h:080"},
		{"https://h/a/..", "https://h/"}, {"https://h//a", "https://h/a"}, {"https://h..", "https://h."}, {"https://a:b", "https://a:b"}, {"https://h#a/../b", "https://h#b"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, address string) {
		if strings.ContainsAny(pattern, "\n\x00\\\"") || strings.Contains(address, "\x00") || strings.HasPrefix(address, "file:") || strings.HasPrefix(pattern, "file:") {
			return
		}
		normal, ok := normalize(address, false)
		wanted, isURL := normalize(pattern, true)
		git := exec.Command("git", "config", "-z", "--file", "-", "--get-urlmatch", "http.proxy", address)
		git.Env, git.Stdin = neutral(os.Environ()), strings.NewReader("[http \""+pattern+"\"]\n\tproxy = x\n")
		output, err := git.Output()
		if holds := ok && isURL && wanted.holdsFor(normal); holds != (string(output) == "x\x00") {
			t.Errorf("pattern %q, address %q: got %t (%+v, %+v); git says %q, %v", pattern, address, holds, wanted, normal, output, err)
		}
	})
}
