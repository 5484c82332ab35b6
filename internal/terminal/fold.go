package terminal

import (
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Columns returns the width of the terminal that out leads to; 0 for a file, a pipe and
// an unknown width: there, lines are not broken.
func Columns(out io.Writer) int {
	if !IsTerminal(out) {
		return 0
	}
	columns, _ := terminalSize(out.(*os.File))
	return columns
}

// Fold breaks a line between words at the width of the terminal, and indents the rest by
// indent. It does not break a command, which is at the end of its line, so that it can
// be copied.
func Fold(line string, columns, indent int) string {
	if columns < 2*indent+20 {
		return line
	}
	words := unbroken(line[indent:])
	folded, used := line[:indent], indent
	for i, word := range words {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+length > columns:
			folded, used = folded+"\n"+strings.Repeat(" ", indent), indent
		default:
			folded, used = folded+" ", used+1
		}
		folded, used = folded+word, used+length
	}
	return folded
}

// unbroken returns the parts of a text between which a line may end: its words, and a
// command with what follows it.
func unbroken(text string) []string {
	command := ""
	if found := beginOfCommand.FindStringSubmatchIndex(text); found != nil {
		text, command = text[:found[2]], text[found[2]:]
	}
	var parts []string
	if text = strings.TrimRight(text, " "); text != "" {
		parts = strings.Split(text, " ")
	}
	if command != "" {
		parts = append(parts, command)
	}
	return parts
}

// beginOfCommand finds the commands in messages, with a "hint: " that has nothing else.
var beginOfCommand = regexp.MustCompile(`(?:^| )((?:hint: )?(?:run: |git (?:credential|credential-doorkey|config|remote) |(?:openssl|sudo|apt-get|takeown) |ssh -))`)
