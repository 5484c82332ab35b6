package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/oauthflow"
)

// TestAttackByAddress: what is given to the program that opens the browser is
// one address of the web and nothing else, wherever in it a server's text may
// stand. A starter is often a script, and some are careless.
func TestAttackByAddress(t *testing.T) {
	for name, address := range map[string]string{
		"option":                            "--new-window=https://h/",
		"option with a host":                "-https://h/",
		"data":                              "data:text/html,<script>alert(1)</script>",
		"script with a host":                "javascript://h/%0aalert(1)",
		"file on a host":                    "file://h/etc/passwd",
		"path":                              "/etc/passwd",
		"share of Windows":                  `\\evil.example\share\calc.exe`,
		"share of Windows by slashes":       "//evil.example/share/calc.exe",
		"program by its own scheme":         "ms-msdt:/id PCWDiagnostic",
		"editor":                            "vscode://file/etc/passwd",
		"mail":                              "mailto:a@h",
		"shell command":                     "$(id)",
		"leading space":                     " https://h/",
		"space in the query":                "https://h/?a=b --help",
		"tab in the query":                  "https://h/?a=b\tc",
		"line break in the query":           "https://h/?a=b\nc",
		"double quote in the query":         `https://h/?a="b`,
		"backquote in the query":            "https://h/?a=`id`",
		"backslash in the query":            `https://h/?a=\`,
		"redirection in the query":          "https://h/?a=b>c",
		"pipe in the query":                 "https://h/?a=b|id",
		"escape character in the query":     "https://h/?a=\x1b[2J",
		"letters that run backwards":        "https://h/?a=\u202eb",
		"plain http to a lookalike":         "http://127.0.0.1.evil.example/",
		"plain http to this machine's name": "http://localhost:80/",
		"user name that looks like a host":  "https://gitlab.com@evil.example/",
		"empty user name":                   "http://@[::1]/",
		"plain http, and a user name":       "http://127.0.0.1@evil.example/",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := browserArguments([]string{"open"}, address); err == nil {
				t.Errorf("opens %q", got)
			}
		})
	}
}

// TestAttackByAddressInPlace: a "%s" that a server sends is not one of the
// command's.
func TestAttackByAddressInPlace(t *testing.T) {
	got, err := browserArguments([]string{"b", "%s", "--"}, "https://h/?a=%25s&b=%26")
	if want := []string{"b", "https://h/?a=%25s&b=%26", "--"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// TestAttackByText has every text that a server or a URL chooses in the flows'
// messages: what a terminal would act on is replaced, in the answer's words too.
// (TestNothingFromOutsideReachesTheTerminalRaw has the messages one by one.)
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
			p := inCI(&stderr)
			deadline := time.Now().Add(time.Minute)
			p.showCode("https://"+text, oauthflow.DeviceCode{UserCode: text, VerificationURL: "https://h/" + text}, deadline)
			p.complain(&oauthflow.Error{Code: text, Description: text})
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
