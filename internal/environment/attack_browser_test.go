package environment

import (
	"slices"
	"testing"
)

// TestAttackByAddress: the program that opens the browser gets one web address and nothing
// else, even if the address contains a server's text. The program is often a script, and
// some scripts are careless.
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

// TestAttackByAddressInPlace: doorkey does not replace a "%s" that a server sends, only the
// command's own.
func TestAttackByAddressInPlace(t *testing.T) {
	got, err := browserArguments([]string{"b", "%s", "--"}, "https://h/?a=%25s&b=%26")
	if want := []string{"b", "https://h/?a=%25s&b=%26", "--"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}
