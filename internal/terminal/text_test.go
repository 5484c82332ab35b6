package terminal

import (
	"testing"
	"unicode"
)

func TestEscapeUnprintable(t *testing.T) {
	for _, row := range []struct{ name, given, want string }{
		{"what people write", "{\n  \"username\": \"Zo\u00eb \u5c71\"\n}", "{\n  \"username\": \"Zo\u00eb \u5c71\"\n}"},
		{"delete", "\x7f", `\u007f`},
		{"a control character of eight bits", "\u009b31m", `\u009b31m`},
		{"from right to left", "\u202e", `\u202e`},
		{"a tag, beyond 16 bits", "\U000e0041", `\udb40\udc41`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := EscapeUnprintable(row.given); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// FuzzPrintable: the output has no character that a terminal acts on, that breaks a line,
// or that changes the text direction. Every character stays in its place.
func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"plain", "\x1b[2J", "\u009b", "a\r\nb\u2028\u2029", "\u202e\u2066\u200f\u061c", "\u200b\ufeff\u00ad\U000e0041", "\xc0\xaf\xed\xa0\x80\xff", "\u00a0\u3000", "e\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown := Printable(text)
		for _, c := range shown {
			if unicode.In(c, unicode.C, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
				t.Errorf("%q is shown as %q", text, shown)
			}
		}
		if Printable(shown) != shown {
			t.Errorf("%q is shown as %q and then as %q", text, shown, Printable(shown))
		}
	})
}
