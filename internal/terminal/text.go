package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Printable replaces the characters that a terminal would interpret instead of showing.
func Printable(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

// EscapeUnprintable writes characters that a terminal would interpret as JSON's "\u"
// escapes: a program reads the same text, and it is safe to look at.
func EscapeUnprintable(content string) string {
	var text strings.Builder
	for _, c := range content {
		if c == '\n' || unicode.IsPrint(c) {
			text.WriteRune(c)
			continue
		}
		for _, unit := range utf16.Encode([]rune{c}) {
			fmt.Fprintf(&text, `\u%04x`, unit)
		}
	}
	return text.String()
}

// ShellWord returns a text as one word of a command that a user copies into a shell: a
// remote's URL must not choose a command.
func ShellWord(text string) string {
	const harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._:@%+=,-"
	if text != "" && strings.Trim(text, harmless) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
